using System.Text.Json.Serialization;

namespace Drover.Batches;

/// <summary>Why a line of the input is no item, or why an item is an error.</summary>
/// <param name="Code">One of the Batch API's codes, such as <c>invalid_json_line</c>.</param>
/// <param name="Message">The rule that it breaks, and the value that breaks it.</param>
/// <param name="ItemId">The id that the line gives, if it can be read.</param>
/// <param name="Line">Its number, from 1; null where the reader of the line knows it.</param>
public sealed record LineFault(
    string Code,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ItemId = null,
    [property: JsonPropertyOrder(-1)] long? Line = null);
