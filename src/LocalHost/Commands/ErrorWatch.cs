using System.Globalization;
using Drover.Outcomes;
using Drover.Storage;

namespace Drover.LocalHost.Commands;

/// <summary>Says, while a batch runs, what its commonest error is: at the first errors, and when they have doubled since.</summary>
internal sealed class ErrorWatch(OutcomeFiles files, string batchId, TimeSpan every)
{
    private readonly ErrorSummary _summary = new();
    private readonly Dictionary<string, long> _read = new(StringComparer.Ordinal);
    private DateTimeOffset _next;
    private long _said;

    /// <summary>What is to be said now; null: nothing new.</summary>
    /// <param name="failed">How many errors there are.</param>
    public async Task<string?> LookAsync(long failed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (failed < Math.Max(1, _said * 2) || now < _next)
        {
            return null;
        }

        _next = now + every;
        try
        {
            await files.AddErrorsAsync(batchId, _summary, _read, cancellationToken);
        }
        catch (Exception e) when (StorageFailures.IsPassing(e))
        {
            return null; // What was read of a blob only half may be counted twice: it is a hint, the summary at the end counts anew.
        }

        if (_summary.Count == 0)
        {
            return null;
        }

        _said = _summary.Count;
        return Line(_summary);
    }

    private static string Line(ErrorSummary summary) => string.Create(
        CultureInfo.InvariantCulture,
        $"{summary.Count:N0} errors so far; the commonest: {ErrorTable.Line(summary.Groups[0])}");
}
