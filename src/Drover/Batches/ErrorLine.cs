namespace Drover.Batches;

/// <summary>What is read again of the error line of a line that is no item.</summary>
internal sealed record ErrorLine(LineFault Error);
