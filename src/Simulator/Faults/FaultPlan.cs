namespace Drover.Simulator.Faults;

/// <summary>Which fault meets a request: the same for the same seed, identity and number of sightings.</summary>
internal static class FaultPlan
{
    private const ulong Salt = 0xFA17;

    public static IReadOnlyList<Fault> All { get; } = [.. Enum.GetValues<Fault>().Where(fault => fault != Fault.None)];

    public static Fault Draw(SimulatorOptions options, ulong identity, int sighting)
    {
        var draw = StableHash.Unit(StableHash.Mix(StableHash.Mix(identity, (ulong)sighting), (ulong)options.Seed ^ Salt));
        foreach (var fault in All)
        {
            draw -= Rate(options, fault);
            if (draw < 0)
            {
                return fault;
            }
        }

        return Fault.None;
    }

    public static double Rate(SimulatorOptions options, Fault fault) => fault switch
    {
        Fault.ServerError => options.Fail500,
        Fault.Unavailable => options.Fail503,
        Fault.RateLimited => options.Fail429,
        Fault.Timeout => options.FailTimeout,
        Fault.ResetBefore => options.FailResetBefore,
        Fault.ResetAfter => options.FailResetAfter,
        Fault.StreamCut => options.FailStreamCut,
        Fault.StreamStall => options.FailStreamStall,
        Fault.StreamSlow => options.FailStreamSlow,
        Fault.Malformed => options.FailMalformed,
        Fault.Truncated => options.FailTruncated,
        Fault.Fenced => options.FailFenced,
        Fault.Wrapped => options.FailWrapped,
        _ => 0,
    };

    /// <summary>The end of the setting's name, after <c>fail</c>.</summary>
    public static string SettingName(this Fault fault) => fault switch
    {
        Fault.ServerError => "500",
        Fault.Unavailable => "503",
        Fault.RateLimited => "429",
        _ => fault.ToString(),
    };
}
