using System.Reflection;
using System.Text.RegularExpressions;
using Azure.Storage.Queues.Models;

namespace Drover.LocalRuntime;

/// <summary>A queue function: its message; by name, what the queue knows of the message.</summary>
internal sealed partial class QueueBinding : TriggerBinding
{
    private static readonly string[] Names =
        ["queueTrigger", "id", "popReceipt", "dequeueCount", "insertedOn", "expiresOn", "nextVisibleOn"];

    public QueueBinding(string queueName, string? connection, Action<string> report)
    {
        (QueueName, Connection) = (queueName.ToLowerInvariant(), connection);
        if (!queueName.Contains('%') && !ValidName().IsMatch(QueueName))
        {
            report(
                $"the queue name '{queueName}' must have 3 to 63 letters, digits and single dashes, and begin and end with a letter or digit");
        }
    }

    public string QueueName { get; }

    public string? Connection { get; }

    public override string Accepts => "string, byte[], BinaryData, QueueMessage, or a type that can be read from JSON";

    public override ParameterBinder? BindTrigger(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        return type == typeof(QueueMessage) ? invocation => new(Message(invocation))
            : type == typeof(string) ? invocation => new(Message(invocation).Body.ToString())
            : type == typeof(BinaryData) ? invocation => new(Message(invocation).Body)
            : type == typeof(byte[]) ? invocation => new(Message(invocation).Body.ToArray())
            : BindingData.IsJson(type) ? invocation => new(BindingData.FromJson(Message(invocation).Body.ToString(), type))
            : null;
    }

    public override ParameterBinder? BindOther(ParameterInfo parameter) =>
        Names.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase) && BindingData.IsSimple(parameter.ParameterType)
            ? BindingData.ByName(parameter)
            : null;

    public static IReadOnlyDictionary<string, object?> Data(QueueMessage message) =>
        new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["queueTrigger"] = message.Body.ToString(),
            ["id"] = message.MessageId,
            ["popReceipt"] = message.PopReceipt,
            ["dequeueCount"] = message.DequeueCount,
            ["insertedOn"] = message.InsertedOn,
            ["expiresOn"] = message.ExpiresOn,
            ["nextVisibleOn"] = message.NextVisibleOn,
        };

    private static QueueMessage Message(Invocation invocation) => (QueueMessage)invocation.Trigger;

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex ValidName();
}
