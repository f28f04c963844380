using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Drover.Tests.Budgets;

/// <summary>Lets so many storage operations through; with the next one the connection is gone for good.</summary>
/// <param name="operations">How many come through.</param>
/// <param name="lastAnswerIsLost">Whether the next one is still carried out, and only its answer lost.</param>
internal sealed class FailingStorage(int operations, bool lastAnswerIsLost) : HttpPipelinePolicy
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Completes at the first operation that fails.</summary>
    public Task Failed => _failed.Task;

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var number = Interlocked.Increment(ref _count);
        if (number <= operations || (number == operations + 1 && lastAnswerIsLost))
        {
            await ProcessNextAsync(message, pipeline);
        }

        if (number > operations)
        {
            _failed.TrySetResult();
            throw new RequestFailedException("The connection is gone.");
        }
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
}
