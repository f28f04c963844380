using System.Text.Json.Serialization;

namespace Drover.Functions.Webhooks;

[JsonSerializable(typeof(BatchEvent))]
internal sealed partial class WebhookJson : JsonSerializerContext;
