using System.Text.Json;
using Drover.Simulator.Answers;
using Drover.Simulator.Calls;
using Drover.Simulator.Counting;
using Drover.Simulator.Faults;

namespace Drover.Simulator.Http;

/// <summary>A call that the limits let through, with all that was decided about it.</summary>
internal sealed record Admitted(
    HttpContext Http, Endpoint Endpoint, JsonElement Body, ModelCall Call, Answer[] Answers, RequestIdentity Identity, int Sighting,
    Fault Fault, SimulatorOptions Options, long Started)
{
    /// <summary>The name of the odd way in which it is answered; null: as usual.</summary>
    public string? Oddity { get; init; }

    public long ElapsedMilliseconds => (long)Options.TimeProvider.GetElapsedTime(Started).TotalMilliseconds;
}
