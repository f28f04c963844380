namespace Drover.Budgets;

/// <summary>Whose limits of money a call counts against, beside those of the day and the month.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Key">The name of the caller's key that the batch was made with; null for none.</param>
public readonly record struct Payer(string Batch, string? Key = null)
{
    public static implicit operator Payer(string batch) => new(batch);
}
