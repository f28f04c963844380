using System.Globalization;

namespace Drover.Outcomes;

/// <summary>
/// How far a reader has come in a batch's outcomes: <c>{done}.{invalid}</c> (with an edition, <c>{done}.{invalid}.{edition}</c>) and, for
/// each open shard, <c>~{shard}-{results}-{errors}</c>.
/// </summary>
/// <param name="Done">All shards below that have been read to their end.</param>
/// <param name="Invalid">Bytes read of the lines that are no items.</param>
/// <param name="Open">Bytes read of the results and the errors of further shards.</param>
public sealed record FeedPosition(int Done, long Invalid, IReadOnlyDictionary<int, (long Results, long Errors)> Open)
{
    /// <summary>The edition of the outcomes: it changes when some are taken back, and then a reader begins anew.</summary>
    public string Edition { get; init; } = "";

    public static FeedPosition Start { get; } = new(0, 0, new Dictionary<int, (long, long)>());

    /// <summary>Reads what <see cref="ToString"/> writes; null when it is something else.</summary>
    public static FeedPosition? Parse(string text)
    {
        var parts = text.Split('~');
        var open = new Dictionary<int, (long, long)>();
        foreach (var part in parts.Skip(1))
        {
            if (part.Split('-') is not [var shard, var results, var errors]
                || Number(shard) is not { } s || Number(results) is not { } r || Number(errors) is not { } e || s > int.MaxValue
                || !open.TryAdd((int)s, (r, e)))
            {
                return null;
            }
        }

        return parts[0].Split('.') is [var done, var invalid, .. { Length: <= 1 } rest] && Number(done) is { } d and <= int.MaxValue
            && Number(invalid) is { } i
            ? new FeedPosition((int)d, i, open) { Edition = rest.Length == 0 ? "" : rest[0] }
            : null;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Done}.{Invalid}{(Edition.Length == 0 ? "" : $".{Edition}")}{string.Concat(Open.OrderBy(o => o.Key).Select(o => string.Create(CultureInfo.InvariantCulture, $"~{o.Key}-{o.Value.Results}-{o.Value.Errors}")))}");

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
