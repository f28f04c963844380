namespace Drover.Budgets;

/// <summary>A call that waits for its reservation.</summary>
internal sealed class SpendWaiter(ulong item, decimal usd)
{
    private readonly TaskCompletionSource<SpendAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ulong Item => item;

    public decimal Usd => usd;

    /// <summary>Its reservation, once it has one; it is answered when that is durable.</summary>
    public Reservation? Reservation { get; set; }

    public Task<SpendAnswer> Answer => _answer.Task;

    public bool TryAnswer(SpendAnswer answer) => _answer.TrySetResult(answer);

    public void Fail(Exception exception) => _answer.TrySetException(exception);
}
