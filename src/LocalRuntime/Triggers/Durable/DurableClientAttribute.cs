namespace Drover.LocalRuntime;

/// <summary>Gives a function the <c>DurableTaskClient</c>, to start, ask after and steer orchestrations.</summary>
/// <remarks>In one process there is one task hub: both settings are accepted and change nothing.</remarks>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class DurableClientAttribute : Attribute
{
    /// <summary>The task hub, on Azure.</summary>
    public string? TaskHub { get; set; }

    /// <summary>The app setting with the hub's connection string, on Azure.</summary>
    public string? ConnectionName { get; set; }
}
