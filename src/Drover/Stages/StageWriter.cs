using Azure.Storage.Blobs.Specialized;

namespace Drover.Stages;

/// <summary>Writes a stage's input as it comes; there is no blob when there is nothing to write.</summary>
internal sealed class StageWriter(BlockBlobClient blob) : IAsyncDisposable
{
    private Stream? _output;

    public async ValueTask WriteAsync(IReadOnlyList<StepLine> lines, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        foreach (var line in lines)
        {
            line.WriteTo(text);
        }

        _output ??= await blob.OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken);
        text.Position = 0;
        await text.CopyToAsync(_output, cancellationToken);
    }

    public ValueTask DisposeAsync() => _output?.DisposeAsync() ?? default;
}
