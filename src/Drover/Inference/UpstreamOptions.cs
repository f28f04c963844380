using Drover.Throttling;

namespace Drover.Inference;

/// <summary>The OpenAI-compatible API that the items are sent to, and how hard it may be driven. Section <c>Drover:Upstream</c>.</summary>
public sealed class UpstreamOptions
{
    public const string DefaultBaseUrl = "https://api.openai.com/v1";

    /// <summary>The address up to and with the version, such as <c>https://api.openai.com/v1</c>.</summary>
    public string BaseUrl { get; set; } = DefaultBaseUrl;

    /// <summary>The bearer key. Never logged, and never written to an input, a history or a result.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>The model for items that name none.</summary>
    public string Model { get; set; } = "gpt-4o-mini";

    /// <summary>The largest number of calls under way at once.</summary>
    public int Concurrency { get; set; } = 50;

    /// <summary>The requests per minute that the upstream allows. 0: no limit.</summary>
    public int RequestsPerMinute { get; set; }

    /// <summary>The tokens per minute that the upstream allows, of prompts and completions together. 0: no limit.</summary>
    public long TokensPerMinute { get; set; }

    /// <summary>The least time between the starts of two calls. Zero: none.</summary>
    public TimeSpan MinimumSpacing { get; set; }

    /// <summary>The longest time to a connection.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time from sending a request to the last byte of its answer.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest silence within an answer that has begun.</summary>
    public TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a lost connection is tried again at once, before the item waits for a later pass.</summary>
    public int ConnectionRetries { get; set; } = 2;

    /// <summary>The largest answer taken, in bytes: an outcome must fit into one append of 4 MiB.</summary>
    public int MaxResponseBytes { get; set; } = 3 * 1024 * 1024;

    /// <summary>What the throttle is to keep to.</summary>
    internal ThrottleLimits Limits => new()
    {
        Concurrency = Concurrency,
        RequestsPerMinute = RequestsPerMinute,
        TokensPerMinute = TokensPerMinute,
        MinimumSpacing = MinimumSpacing,
    };

    /// <summary>The rules that these settings break, each with the setting's name, its value and the rule.</summary>
    public IEnumerable<string> Faults()
    {
        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return $"Drover:Upstream:BaseUrl is '{BaseUrl}'; it must be an http or https address such as https://api.openai.com/v1.";
        }

        if (ApiKey.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c > 126))
        {
            yield return "Drover:Upstream:ApiKey contains white space or characters outside ASCII; a key has neither.";
        }

        if (string.IsNullOrWhiteSpace(Model))
        {
            yield return "Drover:Upstream:Model is empty; it must name the model for items that name none.";
        }

        if (Concurrency is < 1 or > 10_000)
        {
            yield return $"Drover:Upstream:Concurrency is {Concurrency}; it must be from 1 to 10,000.";
        }

        if (RequestsPerMinute < 0)
        {
            yield return $"Drover:Upstream:RequestsPerMinute is {RequestsPerMinute}; it must be 0 (no limit) or more.";
        }

        if (TokensPerMinute < 0)
        {
            yield return $"Drover:Upstream:TokensPerMinute is {TokensPerMinute}; it must be 0 (no limit) or more.";
        }

        if (MinimumSpacing < TimeSpan.Zero || MinimumSpacing > TimeSpan.FromHours(1))
        {
            yield return $"Drover:Upstream:MinimumSpacing is {MinimumSpacing}; it must be from zero (none) to one hour, written as hh:mm:ss.";
        }

        if (ConnectionRetries is < 0 or > 10)
        {
            yield return $"Drover:Upstream:ConnectionRetries is {ConnectionRetries}; it must be from 0 to 10.";
        }

        if (MaxResponseBytes is < 1024 or > 3 * 1024 * 1024)
        {
            yield return $"Drover:Upstream:MaxResponseBytes is {MaxResponseBytes}; it must be from 1,024 to 3,145,728.";
        }

        foreach (var (name, value) in new[]
        {
            (nameof(ConnectTimeout), ConnectTimeout), (nameof(CallTimeout), CallTimeout), (nameof(SilenceTimeout), SilenceTimeout),
        })
        {
            if (value < TimeSpan.FromMilliseconds(10) || value > TimeSpan.FromHours(1))
            {
                yield return $"Drover:Upstream:{name} is {value}; it must be from 10 ms to one hour, written as hh:mm:ss.";
            }
        }
    }
}
