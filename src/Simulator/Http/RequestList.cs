namespace Drover.Simulator.Http;

/// <summary>The answer of <c>GET /stats/requests</c>.</summary>
internal sealed record RequestList(IReadOnlyList<RequestCount> Requests);
