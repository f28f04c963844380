using System.Security.Cryptography;
using System.Text;
using Drover.Batches;
using Drover.Json;
using Drover.Models;

namespace Drover.Planning;

/// <summary>Goes through an input once and says of each line what it is: an item, or why it is none.</summary>
/// <remarks>Memory: one line, and some 36 bytes an item for the ids seen, as hashes of 128 bits.</remarks>
/// <param name="longest">The longest line, in bytes.</param>
/// <param name="models">Says which model an item goes to.</param>
/// <param name="batch">What the batch says of its model.</param>
/// <param name="isSplit">Whether items are split to fit their models, which then need not have room for all of one.</param>
internal sealed class InputScanner(Stream input, int longest, ModelSelector models, ModelWish batch, bool isSplit = false) : IDisposable
{
    private readonly LineReader _reader = new(input, longest);
    private readonly Dictionary<UInt128, long> _seen = [];

    /// <summary>Where the line is.</summary>
    public LineReader Line => _reader;

    /// <summary>The item on the line, also when it has a fault that only the whole input or the settings show.</summary>
    public Item? Item { get; private set; }

    /// <summary>The item's model; null when its body names none.</summary>
    public string? Model { get; private set; }

    /// <summary>Why the line is not to be run; null: it is.</summary>
    public LineFault? Fault { get; private set; }

    /// <summary>Goes to the next line that is not blank; false at the end.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        do
        {
            if (!await _reader.ReadAsync(cancellationToken))
            {
                return false;
            }
        }
        while (!_reader.IsTooLong && Lines.IsBlank(_reader.Line.Span));

        (Item, Model, Fault) = (null, null, null);
        if (_reader.IsTooLong)
        {
            Fault = new LineFault(
                "line_too_long", $"The line is {_reader.Length:N0} bytes long; the limit is {longest:N0} (Drover:Batches:MaxLineBytes).");
        }
        else if (ItemReader.Read(_reader.Line, out var fault) is { } item)
        {
            Item = item;
            Model = models.ModelOf(batch, isSplit ? item with { Body = default, ImageBytes = 0 } : item, out fault);
            Fault = fault is null ? FaultOfId(item.Id) : fault with { ItemId = item.Id };
        }
        else
        {
            Fault = fault;
        }

        return true;
    }

    public void Dispose() => _reader.Dispose();

    private LineFault? FaultOfId(string id) => _seen.TryAdd(Hash(id), _reader.Number)
        ? null
        : new LineFault("duplicate_custom_id", $"The id '{id}' was used on line {_seen[Hash(id)]} already; each must be unique.", id);

    private static UInt128 Hash(string id)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return BitConverter.ToUInt128(hash);
    }
}
