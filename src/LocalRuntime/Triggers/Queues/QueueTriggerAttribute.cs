namespace Drover.LocalRuntime;

/// <summary>Starts the function once for each message of a storage queue.</summary>
/// <remarks>The parameter is a <c>string</c>, <c>byte[]</c>, <c>BinaryData</c>, <c>QueueMessage</c>, or a type read from JSON.</remarks>
public sealed class QueueTriggerAttribute(string queueName) : TriggerBindingAttribute
{
    /// <summary>The queue's name; <c>%Setting%</c> in it is replaced by that app setting.</summary>
    public string QueueName { get; } = queueName;

    /// <summary>The app setting with the connection string; <c>AzureWebJobsStorage</c> if none is named.</summary>
    public string? Connection { get; set; }
}
