namespace Drover.Functions.Http;

/// <summary>Who may call a host that has no keys for callers.</summary>
/// <param name="OpenOnLoopback">
/// Whether its own machine may. False where the host stands behind something that calls it from there for everybody, as the
/// Functions host on Azure does.
/// </param>
public sealed record AccessRule(bool OpenOnLoopback);
