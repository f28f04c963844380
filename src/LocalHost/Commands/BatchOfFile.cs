using System.Security.Cryptography;
using System.Text;
using Drover.Batches;
using Drover.Intake;
using Drover.LocalHost.Hosting;
using Drover.Recipes;
using Drover.Shards;
using Drover.Upstreams;

namespace Drover.LocalHost.Commands;

/// <summary>Which batch is a file's, and what earlier batches of the same file know of it.</summary>
internal static class BatchOfFile
{
    private const int LongestName = 60;

    /// <summary>Of a file that is edited again and again the last batches count; each has what the ones before it knew.</summary>
    private const int MostEarlier = 10;

    /// <summary>
    /// The id of a file's batch: the one that the request names, or else one made from the file's content, the recipe, the model and the
    /// preference, with a number behind it from the second time on that it was begun anew.
    /// </summary>
    /// <param name="fresh">Whether to begin anew.</param>
    public static async Task<string> IdAsync(
        IServiceProvider services, FileInfo file, NewBatch request, bool fresh, CancellationToken cancellationToken)
    {
        var store = services.GetRequiredService<BatchStore>();
        if (request.Id is { } named)
        {
            return !fresh || !await store.IsThereAsync(named, cancellationToken) ? named : throw new CommandException(
                ExitCodes.Usage, $"There is a batch '{named}' already; --fresh begins a new one, so --id must name another or be left out.");
        }

        var first = await IdOfContentAsync(services, file, request, cancellationToken);
        string? last = null;
        for (var number = 1; ; number++)
        {
            var id = number == 1 ? first : $"{first}-{number}";
            if (!await store.IsThereAsync(id, cancellationToken))
            {
                return fresh ? id : last ?? id;
            }

            last = await store.FindAsync(id, cancellationToken) is { } spec && spec.PromptsHash == request.PromptsHash ? id : last;
        }
    }

    /// <summary>Whether there are earlier batches whose results may count for a new one.</summary>
    public static async Task<bool> HasEarlierAsync(DroverHost host, NewBatch request, CancellationToken cancellationToken)
    {
        if (host.Services.GetRequiredService<RecipeCatalogue>().Find(request.Recipe ?? RecipeCatalogue.Default) is null or IStagedRecipe)
        {
            return false; // It is refused, or its results are of many calls each.
        }

        var upstream = host.Services.GetRequiredService<UpstreamOptions>();
        var likeIt = new BatchSpec
        {
            Id = request.Id!,
            Input = "",
            InputName = request.InputName,
            InputFolder = request.InputFolder,
            Recipe = request.Recipe ?? RecipeCatalogue.Default,
            Model = host.Services.GetRequiredService<BatchIntake>().ModelOf(request),
            Prefer = request.Prefer?.ToLowerInvariant(),
            PromptsHash = request.PromptsHash,
            Upstream = upstream.Place,
            CreatedAt = DateTimeOffset.MaxValue,
            ExpiresAt = DateTimeOffset.MaxValue,
        };
        return (await EarlierAsync(host, likeIt, cancellationToken)).Count > 0;
    }

    /// <summary>Before a batch starts for the first time: lays out what earlier ones know, and says how much is left to call.</summary>
    public static async Task CarryAsync(DroverHost host, BatchSpec spec, CancellationToken cancellationToken)
    {
        if (!spec.Carries || await host.Client.GetInstanceAsync(spec.Id, getInputsAndOutputs: false, cancellationToken) is not null)
        {
            return;
        }

        try
        {
            var (known, items) = await host.Services.GetRequiredService<CarriedOutcomes>().PrepareAsync(
                spec, await EarlierAsync(host, spec, cancellationToken), cancellationToken);
            if (known > 0)
            {
                Terminal.Say(
                    $"{known:N0} of {items:N0} are already answered; {items - known:N0} to call. (--fresh calls everything again.)");
            }
        }
        catch (BrokenBatchException)
        {
            // The batch says so itself when it is run.
        }
    }

    private static async Task<IReadOnlyList<BatchSpec>> EarlierAsync(DroverHost host, BatchSpec spec, CancellationToken cancellationToken)
    {
        var earlier = new List<BatchSpec>();
        await foreach (var batch in host.Services.GetRequiredService<BatchStore>().ListAsync(
            null, cancellationToken, $"{NameOf(spec.InputName!)}-"))
        {
            if (batch.CreatedAt < spec.CreatedAt && batch.Id != spec.Id && batch.Endpoint is null
                && batch.InputName == spec.InputName && batch.InputFolder == spec.InputFolder && batch.Recipe == spec.Recipe
                && batch.Model == spec.Model && batch.Prefer == spec.Prefer && batch.PromptsHash == spec.PromptsHash
                && batch.Upstream == spec.Upstream)
            {
                earlier.Add(batch);
                if (earlier.Count == MostEarlier)
                {
                    break;
                }
            }
        }

        return earlier;
    }

    private static async Task<string> IdOfContentAsync(
        IServiceProvider services, FileInfo file, NewBatch request, CancellationToken cancellationToken)
    {
        await using var content = file.OpenRead();
        var model = request.Model ?? services.GetRequiredService<UpstreamOptions>().Model;
        var prefer = request.Prefer is null ? "" : $"\n{request.Prefer}";
        var rest = $"{request.Recipe ?? RecipeCatalogue.Default}\n{model}{prefer}";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(await SHA256.HashDataAsync(content, cancellationToken));
        hash.AppendData(Encoding.UTF8.GetBytes(rest));
        return $"{NameOf(file.Name)}-{Convert.ToHexStringLower(hash.GetHashAndReset())[..12]}";
    }

    private static string NameOf(string file)
    {
        var name = new string(
            [.. Path.GetFileNameWithoutExtension(file).Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')])
                .Trim('-');
        return name.Length == 0 ? "run" : name[..Math.Min(name.Length, LongestName)];
    }
}
