using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;

namespace Drover.Tests.Retries;

/// <summary>
/// Queues of Azurite whose messages are visible at once, whatever delay was asked for: so a test's clock decides when they are delivered.
/// </summary>
internal sealed class ImmediateQueues : HttpPipelineSynchronousPolicy
{
    public static QueueServiceClient Of(AzuriteFixture azurite)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        options.AddPolicy(new ImmediateQueues(), HttpPipelinePosition.PerCall);
        return new QueueServiceClient(azurite.ConnectionString, options);
    }

    public override void OnSendingRequest(HttpMessage message)
    {
        var uri = message.Request.Uri;
        uri.Query = System.Text.RegularExpressions.Regex.Replace(
            uri.Query, "visibilitytimeout=[0-9]+", message.Request.Method == RequestMethod.Post ? "visibilitytimeout=0" : "$0");
    }
}
