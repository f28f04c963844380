namespace Drover.Streams.Probes;

/// <summary>How soon one stream came.</summary>
/// <param name="FirstByte">From sending the request to the head of the answer.</param>
/// <param name="FirstToken">From sending the request to the first piece of text.</param>
/// <param name="Error">Why there was no stream; the times are zero then.</param>
public sealed record ProbeSample(TimeSpan FirstByte, TimeSpan FirstToken, string? Error = null);
