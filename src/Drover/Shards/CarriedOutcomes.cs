using System.Globalization;
using System.Text;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Images;
using Drover.Json;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Recipes;
using Drover.Storage;

namespace Drover.Shards;

/// <summary>Carries results over from earlier batches into a new one whose items ask for the same: an edited input.</summary>
/// <remarks>
/// <para>
/// Before the batch starts, the results of earlier ones whose items have the same content (<see cref="ItemContent"/>) are laid beside each
/// of its shards; a shard takes them over when it is claimed, as outcomes that cost nothing (<c>drover.cached</c>).
/// </para>
/// <para>Memory while they are laid out: some 50 bytes an item, given back when it is done.</para>
/// </remarks>
public sealed class CarriedOutcomes(ContainerLayout blobs, ShardClaims claims, Planner planner, OutcomeFiles outcomes, Prompts prompts)
{
    private const int HashLength = 32;
    private const int MostLine = OutcomeLog.MostBytes - HashLength - 2;
    private const int MostHeld = 16 * 1024 * 1024;

    /// <summary>Lays the results that are known out for the batch's shards. It must not have started.</summary>
    /// <param name="earlier">The batches to take them from, those that count more first.</param>
    /// <returns>How many of the items have their result, of how many.</returns>
    /// <exception cref="BrokenBatchException">The batch cannot be planned.</exception>
    public async Task<(long Known, long Items)> PrepareAsync(
        BatchSpec spec, IReadOnlyList<BatchSpec> earlier, CancellationToken cancellationToken)
    {
        var plan = await planner.GetAsync(spec, cancellationToken);
        await foreach (var blob in blobs.Container.GetBlobsAsync(
            BlobTraits.None, BlobStates.None, ContainerLayout.CarriedPrefix(spec.Id), cancellationToken))
        {
            await blobs.Container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
        }

        var withId = prompts.TellIds(spec.Recipe);
        var wanted = new Wanted();
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            foreach (var item in await claims.ReadItemsAsync(spec, shard))
            {
                wanted.Add(ItemContent.Of(item, withId), shard);
            }
        }

        long known = 0;
        var layout = new Layout(blobs, spec.Id);
        foreach (var batch in earlier)
        {
            var contents = await ContentsAsync(batch, wanted, withId, cancellationToken);
            await foreach (var line in outcomes.ResultLinesAsync(batch.Id, cancellationToken))
            {
                if (line.Length < MostLine && contents.TryGetValue(ItemContent.OfId(OutcomeLine.ReadCost(line.Span).Key), out var content)
                    && wanted.Take(content, out var shards) is > 0 and var items)
                {
                    known += items;
                    await layout.AddAsync(content, line, shards, cancellationToken);
                }
            }
        }

        await layout.CompleteAsync(cancellationToken);
        return (known, plan.Items);
    }

    /// <summary>Appends to a shard's outcomes what was laid out for its items.</summary>
    /// <exception cref="FencedException">Another run has taken the shard.</exception>
    internal async Task TakeOverAsync(ShardClaim claim, int index, CancellationToken cancellationToken)
    {
        if (!claim.Spec.Carries || await blobs.Carried(claim.Spec.Id, index).ReadOrNullAsync(cancellationToken) is not { } content)
        {
            return;
        }

        var known = new Dictionary<UInt128, ReadOnlyMemory<byte>>();
        foreach (var (_, line) in Lines.Of(content.ToMemory()))
        {
            known.TryAdd(
                UInt128.Parse(Encoding.ASCII.GetString(line.Span[..HashLength]), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                line[(HashLength + 1)..]);
        }

        var withId = prompts.TellIds(claim.Spec.Recipe);
        var carried = new List<PendingOutcome>();
        foreach (var item in claim.Items)
        {
            if (!claim.Log.Has(item.Id) && known.TryGetValue(ItemContent.Of(item, withId), out var line))
            {
                carried.Add(PendingOutcome.Carried(claim.Spec.Id, item.Id, OutcomeLine.Read(line)));
            }
        }

        await claim.Log.AppendAsync(carried, isErrors: false, cancellationToken);
    }

    // The contents of a batch's items that are wanted, by the hashes of their ids.
    private async Task<Dictionary<UInt128, UInt128>> ContentsAsync(
        BatchSpec batch, Wanted wanted, bool withId, CancellationToken cancellationToken)
    {
        var contents = new Dictionary<UInt128, UInt128>();
        await using var input = await planner.OpenInputAsync(batch, cancellationToken);
        if (input is null)
        {
            return contents;
        }

        using var lines = new LineReader(input, (batch.Cut ?? new ShardSizes(0, 0, OutcomeLog.MostBytes)).LineBytes);
        while (await lines.ReadAsync(cancellationToken))
        {
            if (!lines.IsTooLong && !Lines.IsBlank(lines.Line.Span) && ItemReader.Read(lines.Line, out _) is { } item
                && ItemContent.Of(item, withId) is var content && wanted.Has(content) && !HasChangedSince(item, batch))
            {
                contents.TryAdd(ItemContent.OfId(item.Id), content);
            }
        }

        return contents;
    }

    // The line is the same, and the file that it names may be another.
    private static bool HasChangedSince(in Item item, BatchSpec batch) =>
        item.ImageBytes > 0 && Source.Read(item.Body) is { Image: { } image } && !image.Contains(':', StringComparison.Ordinal)
        && ImageLoader.PlacesOf(image, batch.InputFolder).Find(File.Exists) is { } path
        && File.GetLastWriteTimeUtc(path) > batch.CreatedAt.UtcDateTime;

    /// <summary>Which shards want a content; most contents there are once.</summary>
    private sealed class Wanted
    {
        private readonly Dictionary<UInt128, int> _first = [];
        private readonly Dictionary<UInt128, List<int>> _more = [];

        public void Add(UInt128 content, int shard)
        {
            if (!_first.TryAdd(content, shard))
            {
                (_more.TryGetValue(content, out var more) ? more : _more[content] = []).Add(shard);
            }
        }

        public bool Has(UInt128 content) => _first.ContainsKey(content);

        /// <returns>How many items it is taken for; 0: nobody wants it any more.</returns>
        public int Take(UInt128 content, out IReadOnlyList<int> shards)
        {
            if (!_first.Remove(content, out var first))
            {
                shards = [];
                return 0;
            }

            var more = _more.GetValueOrDefault(content) ?? [];
            shards = [.. more.Prepend(first).Distinct()];
            return 1 + more.Count;
        }
    }

    /// <summary>The blobs beside the shards, written in large blocks.</summary>
    private sealed class Layout(ContainerLayout blobs, string batchId)
    {
        private readonly Dictionary<int, MemoryStream> _held = [];
        private readonly HashSet<int> _created = [];
        private long _bytes;

        public async Task AddAsync(
            UInt128 content, ReadOnlyMemory<byte> line, IReadOnlyList<int> shards, CancellationToken cancellationToken)
        {
            var hash = Encoding.ASCII.GetBytes($"{content:x32} ");
            foreach (var shard in shards)
            {
                if (_held.TryGetValue(shard, out var held) && held.Length + hash.Length + line.Length + 1 > OutcomeLog.MostBytes)
                {
                    await WriteAsync(shard, cancellationToken);
                }

                held = _held.TryGetValue(shard, out held) ? held : _held[shard] = new MemoryStream();
                held.Write(hash);
                held.Write(line.Span);
                held.WriteByte((byte)'\n');
                _bytes += hash.Length + line.Length + 1;
            }

            if (_bytes > MostHeld)
            {
                await CompleteAsync(cancellationToken);
            }
        }

        public async Task CompleteAsync(CancellationToken cancellationToken)
        {
            foreach (var shard in _held.Keys.ToList())
            {
                await WriteAsync(shard, cancellationToken);
            }
        }

        private async Task WriteAsync(int shard, CancellationToken cancellationToken)
        {
            _held.Remove(shard, out var held);
            var blob = blobs.Carried(batchId, shard);
            if (_created.Add(shard))
            {
                await blob.CreateAsync(cancellationToken: cancellationToken);
            }

            held!.Position = 0;
            _bytes -= held.Length;
            await blob.AppendBlockAsync(held, cancellationToken: cancellationToken);
        }
    }
}
