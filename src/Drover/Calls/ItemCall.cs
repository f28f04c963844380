using Drover.OpenAI;
using Drover.Upstreams;

namespace Drover.Calls;

/// <summary>What is asked for one item.</summary>
/// <param name="Url">The OpenAI route.</param>
/// <param name="Body">The request's JSON.</param>
/// <param name="Shape">What it asks for.</param>
/// <param name="Target">Where it goes first.</param>
internal sealed record ItemCall(string ItemId, string Url, ReadOnlyMemory<byte> Body, RequestShape Shape, Target Target);
