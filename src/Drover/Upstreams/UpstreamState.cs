using Drover.Upstreams.Keys;

namespace Drover.Upstreams;

/// <summary>How an upstream fares, for people.</summary>
/// <param name="Name">What the settings call it.</param>
/// <param name="Circuit"><c>closed</c>: calls go out; <c>open</c>: none do; <c>half_open</c>: one tries it.</param>
/// <param name="Keys">Its keys, by their place in the settings; the keys themselves are not told.</param>
/// <param name="Trouble">What the last answer says is wrong; null when it answers.</param>
public sealed record UpstreamState(string Name, string BaseUrl, string Circuit, IReadOnlyList<KeyState> Keys, string? Trouble);
