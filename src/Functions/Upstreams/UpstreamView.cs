using Drover.Throttling;
using Drover.Upstreams;

namespace Drover.Functions.Upstreams;

/// <summary>An upstream as the API shows it.</summary>
/// <param name="Name">What the settings call it.</param>
/// <param name="Circuit"><c>closed</c>, <c>open</c> or <c>half_open</c>.</param>
/// <param name="Trouble">What is wrong with it, or null.</param>
/// <param name="Keys">Its keys, by their place in the settings.</param>
/// <param name="Limits">What is allowed, and how it is kept to now.</param>
public sealed record UpstreamView(
    string Name, string BaseUrl, string Circuit, string? Trouble, IReadOnlyList<KeyView> Keys, ThrottleState Limits)
{
    public static UpstreamView Of(Upstream upstream, IReadOnlyList<CallResult>? tests)
    {
        var state = upstream.State;
        var limits = upstream.Throttle.State;
        return new UpstreamView(
            state.Name,
            state.BaseUrl,
            state.Circuit,
            limits.Trouble ?? state.Trouble,
            [.. state.Keys.Select(
                (key, i) => new KeyView(
                    key.Number, key.IsUnavailable ? "out" : "in_use", key.Errors, key.Reason, tests is null ? null : Of(tests[i])))],
            limits);
    }

    // An upstream without that route has been reached, and that is all it can tell.
    private static string Of(CallResult test) => test.Outcome switch
    {
        Outcome.Result => "accepted",
        Outcome.Rejected => "reached",
        Outcome.KeyRefused => $"refused: {test.ErrorMessage}",
        _ => $"failed: {test.ErrorMessage}",
    };
}
