namespace Drover.Functions.Tests.Hosting;

/// <summary>A call of an activity.</summary>
/// <param name="InstanceId">The orchestration that calls.</param>
/// <param name="Activity">The activity.</param>
/// <param name="Input">What it was given.</param>
internal sealed record Call(string InstanceId, string Activity, object? Input);
