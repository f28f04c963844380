using Drover.Batches;
using Drover.Json;

namespace Drover.Outcomes;

/// <summary>Groups error lines by their code, line by line: it holds a bounded number of codes and a few examples of each.</summary>
public sealed class ErrorSummary
{
    /// <summary>How many codes are told apart; the rest are <see cref="ErrorGroup.Others"/>.</summary>
    public const int MostCodes = 200;

    /// <summary>How many examples a code has.</summary>
    public const int MostExamples = 3;

    private const int LongestId = 100;
    private const int LongestCode = 100;
    private const int LongestMessage = 300;

    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly Group _others = new();

    /// <summary>How many errors were added.</summary>
    public long Count { get; private set; }

    /// <summary>The groups, the largest first; <see cref="ErrorGroup.Others"/> last.</summary>
    public IReadOnlyList<ErrorGroup> Groups =>
        [
            .. _groups.OrderByDescending(g => g.Value.Count).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Value.As(g.Key)),
            .. _others.Count > 0 ? new[] { _others.As(ErrorGroup.Others) } : [],
        ];

    /// <summary>The largest groups with one example each, as a batch's final record has them; the rest as others.</summary>
    public IReadOnlyList<ErrorGroup> Commonest(int most)
    {
        var groups = Groups;
        if (groups.Count <= most)
        {
            return [.. groups.Select(Short)];
        }

        var rest = groups.Skip(most - 1).ToList();
        return
        [
            .. groups.Take(most - 1).Select(Short),
            Short(new ErrorGroup(ErrorGroup.Others, rest.Sum(g => g.Count), rest[0].Examples)),
        ];
    }

    /// <summary>Adds an error line.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is no line of ours.</exception>
    public void Add(ReadOnlyMemory<byte> line)
    {
        var (id, codes, message) = OutcomeLine.ReadError(line);
        var code = Excerpt.Of(codes[0], LongestCode);
        if (!_groups.TryGetValue(code, out var group))
        {
            group = _groups.Count < MostCodes ? _groups[code] = new Group() : _others;
        }

        Count++;
        group.Count++;
        if (group.Examples.Count < MostExamples)
        {
            group.Examples.Add(new ErrorExample(Excerpt.Of(id, LongestId), Excerpt.Of(message, LongestMessage)));
        }
    }

    private static ErrorGroup Short(ErrorGroup group) => group with { Examples = [.. group.Examples.Take(1)] };

    private sealed class Group
    {
        public long Count { get; set; }

        public List<ErrorExample> Examples { get; } = [];

        public ErrorGroup As(string code) => new(code, Count, [.. Examples]);
    }
}
