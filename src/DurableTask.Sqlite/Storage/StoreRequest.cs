namespace DurableTask.Sqlite.Storage;

/// <summary>Something that waits to be written.</summary>
internal abstract class StoreRequest
{
    public abstract void Apply(StoreTransaction transaction);

    public abstract void Confirm();

    public abstract void Fail(Exception reason);
}

/// <inheritdoc/>
internal sealed class StoreRequest<T>(Func<StoreTransaction, T> apply) : StoreRequest
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Result => _source.Task;

    public override void Apply(StoreTransaction transaction) => _result = apply(transaction);

    public override void Confirm() => _source.TrySetResult(_result);

    public override void Fail(Exception reason) => _source.TrySetException(reason);
}
