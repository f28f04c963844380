using System.Text.Json.Serialization;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Retries;
using Drover.Shards;

namespace Drover.Batches;

/// <summary>The JSON of what is written to storage.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BatchSpec))]
[JsonSerializable(typeof(BatchPlan))]
[JsonSerializable(typeof(Shard))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(SettledMark))]
[JsonSerializable(typeof(FinalRecord))]
[JsonSerializable(typeof(InvalidLine))]
[JsonSerializable(typeof(RetrySlice))]
[JsonSerializable(typeof(SliceMark))]
[JsonSerializable(typeof(RetryMessage))]
[JsonSerializable(typeof(IReadOnlyList<Attempt>))]
internal sealed partial class BatchJson : JsonSerializerContext;
