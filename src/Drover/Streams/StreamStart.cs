using Drover.Upstreams;

namespace Drover.Streams;

/// <summary>A stream that was asked for.</summary>
/// <param name="Opened">Null once it has begun; or the upstream's answer that refused it, and then there is no stream.</param>
public sealed record StreamStart(string Id, Task<CallResult?> Opened);
