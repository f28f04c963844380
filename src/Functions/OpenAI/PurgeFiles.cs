using Drover.Files;
using Microsoft.Extensions.Logging;

namespace Drover.Functions.OpenAI;

/// <summary>Timer, once an hour: removes the content of files that were deleted or have expired, once no batch can need it.</summary>
public sealed class PurgeFiles(FileStore files, CreateClaims claims, ILogger<PurgeFiles> logger)
{
    [Function(nameof(PurgeFiles))]
    public async Task RunAsync([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        var removed = await files.PurgeAsync(cancellationToken);
        await claims.PurgeAsync(cancellationToken);
        if (removed > 0)
        {
            OpenAiLog.Purged(logger, removed);
        }
    }
}
