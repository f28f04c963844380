namespace Drover.Batches;

/// <summary>A batch is not taken in.</summary>
/// <param name="status">The HTTP status that says so: 400 or 409.</param>
/// <param name="faults">Every rule that is broken: the member, its value and the rule.</param>
public sealed class BatchRefusedException(int status, IReadOnlyList<string> faults) : Exception(string.Join(" ", faults))
{
    public int Status { get; } = status;

    public IReadOnlyList<string> Faults { get; } = faults;
}
