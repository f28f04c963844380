using Drover.Simulator.Faults;
using Drover.Simulator.Oddities;

namespace Drover.Simulator;

internal static class SimulatorOptionsValidator
{
    /// <exception cref="ArgumentException">Names every setting that is wrong.</exception>
    public static void Check(SimulatorOptions options)
    {
        var errors = Errors(options).ToList();
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        }
    }

    private static IEnumerable<string> Errors(SimulatorOptions options)
    {
        if (options.Port is < 0 or > 65_535)
        {
            yield return $"port is {options.Port}; it must be 0 to 65535.";
        }

        foreach (var (name, value) in NotNegative(options))
        {
            if (!(value >= 0 && double.IsFinite(value)))
            {
                yield return $"{name} is {value}; it must be 0 or more.";
            }
        }

        if (options.LatencyP50 == 0 && (options.LatencyP95 > 0 || options.LatencyP99 > 0))
        {
            yield return "latencyP50 is 0; it must be set when latencyP95 or latencyP99 is.";
        }

        if (options.LatencyP50 > 0 && ((options.LatencyP95 > 0 && options.LatencyP95 < options.LatencyP50)
            || (options.LatencyP99 > 0 && options.LatencyP99 < options.LatencyP50)))
        {
            yield return $"latencyP50 is {options.LatencyP50}; latencyP95 and latencyP99 must not be below it.";
        }

        if (options.AnswerAs is { } odd && !Oddity.IsKnown(odd))
        {
            yield return $"answerAs is '{odd}'; it must be one of {string.Join(", ", Oddity.Names)}.";
        }

        if (options.Models.Count == 0)
        {
            yield return "models is empty; there must be one at least.";
        }

        var sum = 0.0;
        foreach (var fault in FaultPlan.All)
        {
            var rate = FaultPlan.Rate(options, fault);
            if (!(rate is >= 0 and <= 1))
            {
                yield return $"fail{fault.SettingName()} is {rate}; it must be 0 to 1.";
            }

            sum += rate;
        }

        if (sum > 1 + 1e-9)
        {
            yield return $"The rates of the faults add up to {sum}; they must not pass 1.";
        }
    }

    private static IEnumerable<(string Name, double Value)> NotNegative(SimulatorOptions options) =>
    [
        ("latency", options.Latency), ("latencyP50", options.LatencyP50), ("latencyP95", options.LatencyP95),
        ("latencyP99", options.LatencyP99), ("tokenDelay", options.TokenDelay), ("slowTokenDelay", options.SlowTokenDelay),
        ("rpm", options.Rpm), ("tpm", options.Tpm), ("maxConcurrency", options.MaxConcurrency), ("maxBodyBytes", options.MaxBodyBytes),
        ("answerWords", options.AnswerWords), ("prefixOverlap", options.PrefixOverlap), ("mostFaults", options.MostFaults),
        ("retryAfter", options.RetryAfter), ("timeoutSeconds", options.TimeoutSeconds),
    ];
}
