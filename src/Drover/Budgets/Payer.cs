namespace Drover.Budgets;

/// <summary>Whose limits of money a call counts against, beside those of the day and the month.</summary>
/// <param name="Batch">The batch; <see cref="NoBatch"/> for calls that belong to none.</param>
/// <param name="Key">The name of the caller's key that asks for it; null for none.</param>
public readonly record struct Payer(string Batch, string? Key = null)
{
    /// <summary>No limit of a batch holds for it, and nobody closes it.</summary>
    public const string NoBatch = "";

    public static implicit operator Payer(string batch) => new(batch);
}
