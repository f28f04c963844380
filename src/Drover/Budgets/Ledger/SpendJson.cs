using System.Text.Json.Serialization;
using Drover.Budgets.Alerts;

namespace Drover.Budgets.Ledger;

/// <summary>The JSON of the spend ledger.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SpendDocument))]
[JsonSerializable(typeof(SpendSheet))]
[JsonSerializable(typeof(AlertMessage))]
internal sealed partial class SpendJson : JsonSerializerContext;
