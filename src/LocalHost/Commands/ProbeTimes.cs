using System.Text.Json.Serialization;

namespace Drover.LocalHost.Commands;

/// <summary>The figures of a set of times, in milliseconds.</summary>
/// <remarks>Percentiles are nearest-rank; the standard deviation is that of the sample (n - 1).</remarks>
internal sealed record ProbeTimes(
    int Count, double Min, double Max, double Mean, double Median, double StandardDeviation, double P95, double P99)
{
    public static ProbeTimes Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(t => t.TotalMilliseconds).Order().ToArray();
        if (sorted.Length == 0)
        {
            return new ProbeTimes(0, 0, 0, 0, 0, 0, 0, 0);
        }

        var mean = sorted.Average();
        var deviation = sorted.Length == 1 ? 0 : Math.Sqrt(sorted.Sum(t => (t - mean) * (t - mean)) / (sorted.Length - 1));
        return new ProbeTimes(
            sorted.Length, Round(sorted[0]), Round(sorted[^1]), Round(mean),
            Round((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2),
            Round(deviation), Round(At(0.95)), Round(At(0.99)));

        double At(double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }

    private static double Round(double milliseconds) => Math.Round(milliseconds, 2);
}

/// <summary>What <c>drover probe --json</c> prints.</summary>
/// <param name="Keys">What each key met at <c>GET /v1/models</c>: <c>ok</c> or the error.</param>
/// <param name="FirstByteMs">Times to the head of the answer.</param>
/// <param name="FirstTokenMs">Times to the first piece of text.</param>
/// <param name="TargetMs">The target for the 95th percentile of the first token, or null.</param>
/// <param name="IsTargetMet">Whether it is met; null without a target.</param>
/// <param name="Errors">Streams that did not come.</param>
internal sealed record ProbeReport(
    string Upstream, IReadOnlyList<string> Keys, ProbeTimes FirstByteMs, ProbeTimes FirstTokenMs, double? TargetMs, bool? IsTargetMet,
    IReadOnlyList<string> Errors);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProbeReport))]
internal sealed partial class ProbeReportJson : JsonSerializerContext;
