using Azure;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Tells an outage of storage from a defect, and logs its beginning and its end, once each.</summary>
internal sealed class StorageState(string what, ILogger logger)
{
    private bool _lost;

    /// <summary>Whether an exception says that storage could not be reached or refused, after the client's own retries.</summary>
    public static bool IsFailure(Exception e) =>
        e is RequestFailedException or IOException or HttpRequestException or OperationCanceledException
        || (e is AggregateException all && all.InnerExceptions.All(IsFailure));

    public void Lost(Exception e)
    {
        if (!_lost)
        {
            _lost = true;
            TriggerLog.StorageLost(logger, what, Reason(e));
        }
    }

    public void Reached()
    {
        if (_lost)
        {
            _lost = false;
            TriggerLog.StorageBack(logger, what);
        }
    }

    /// <summary>The first line of the message: those of Azure go on with all headers.</summary>
    public static string Reason(Exception e)
    {
        var inner = e is AggregateException all ? all.InnerExceptions[^1] : e;
        var text = inner is RequestFailedException { ErrorCode: { Length: > 0 } code } ? code : inner.Message;
        return text.Split('\n')[0].TrimEnd();
    }
}
