using Drover.Batches;

namespace Drover.Outcomes;

/// <summary>An outcome on its way to storage.</summary>
/// <param name="Line">Its line, with the line end.</param>
/// <param name="IsError">Whether it goes to the errors blob.</param>
/// <param name="Tally">What it adds to the counts.</param>
internal sealed record PendingOutcome(string ItemId, byte[] Line, bool IsError, Tally Tally)
{
    /// <summary>Reads an outcome back from its line.</summary>
    public static PendingOutcome FromLine(byte[] line, bool isError)
    {
        var ids = new HashSet<string>();
        var tally = OutcomeReader.Read(line, isError, ids);
        return new PendingOutcome(ids.Single(), line, isError, tally);
    }
}
