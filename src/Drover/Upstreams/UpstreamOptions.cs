using System.Text.RegularExpressions;
using Drover.Throttling;

namespace Drover.Upstreams;

/// <summary>The OpenAI-compatible API that the items are sent to, and how hard it may be driven. Section <c>Drover:Upstream</c>.</summary>
public sealed partial class UpstreamOptions
{
    /// <summary>The name of the upstream in <c>Drover:Upstream</c>.</summary>
    public const string DefaultName = "default";

    public const string DefaultBaseUrl = "https://api.openai.com/v1";

    /// <summary>The address up to and with the version, such as <c>https://api.openai.com/v1</c>.</summary>
    public string BaseUrl { get; set; } = DefaultBaseUrl;

    /// <summary>
    /// The bearer key, or several with commas between, which are used in turn. Never logged, and never written to an input, a
    /// history or a result.
    /// </summary>
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
    /// <remarks>Models that reason, and long answers, take minutes; an answer that is given up is paid for all the same.</remarks>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest silence within a stream that has begun.</summary>
    public TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A PEM file with certificates to trust beside those of the machine, as for a gateway of one's own; empty: none.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>How often a lost connection is tried again at once, before the item waits for a later pass.</summary>
    public int ConnectionRetries { get; set; } = 2;

    /// <summary>How long nothing is sent once the circuit is open, because the upstream times out or fails again and again.</summary>
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest answer taken, in bytes: an outcome must fit into one append of 4 MiB.</summary>
    public int MaxResponseBytes { get; set; } = 3 * 1024 * 1024;

    /// <summary>
    /// Whether it has a route <c>/v1/responses</c>; where it has none, requests for it are put as chat completions. Null: found out,
    /// by its answering 404.
    /// </summary>
    public bool? HasResponses { get; set; }

    /// <summary>What the settings call it; <see cref="DefaultName"/> for <c>Drover:Upstream</c>.</summary>
    internal string Name { get; set; } = DefaultName;

    /// <summary>The keys in <see cref="ApiKey"/>, trimmed.</summary>
    internal IReadOnlyList<string> Keys => ApiKey.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    internal string Section => Name == DefaultName ? "Drover:Upstream" : $"Drover:Upstreams:{Name}";

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
            yield return $"{Section}:BaseUrl is '{BaseUrl}'; it must be an http or https address such as https://api.openai.com/v1.";
        }
        else if (url.UserInfo.Length > 0 || url.Query.Length > 0)
        {
            yield return $"{Section}:BaseUrl has a user or a query, which would be shown; it must be the address alone, and the key goes into {Section}:ApiKey.";
        }

        foreach (var (key, number) in Keys.Select((key, i) => (key, i + 1)))
        {
            if (!KeyForm().IsMatch(key))
            {
                yield return $"{Section}:ApiKey: key {number} of {Keys.Count} has white space or other characters that no key has; a key is letters, digits and -._~+/=: alone, and a comma stands between two.";
            }
            else if (Keys.Take(number - 1).Contains(key))
            {
                yield return $"{Section}:ApiKey: key {number} of {Keys.Count} is there already; each must be there once.";
            }
        }

        if (CaFile.Length > 0 && !File.Exists(CaFile))
        {
            yield return $"{Section}:CaFile is '{CaFile}'; there is no such file. It must be a PEM file with certificates to trust.";
        }

        if (string.IsNullOrWhiteSpace(Model))
        {
            yield return $"{Section}:Model is empty; it must name the model for items that name none.";
        }

        if (Concurrency is < 1 or > 10_000)
        {
            yield return $"{Section}:Concurrency is {Concurrency}; it must be from 1 to 10,000.";
        }

        if (RequestsPerMinute < 0)
        {
            yield return $"{Section}:RequestsPerMinute is {RequestsPerMinute}; it must be 0 (no limit) or more.";
        }

        if (TokensPerMinute < 0)
        {
            yield return $"{Section}:TokensPerMinute is {TokensPerMinute}; it must be 0 (no limit) or more.";
        }

        if (MinimumSpacing < TimeSpan.Zero || MinimumSpacing > TimeSpan.FromHours(1))
        {
            yield return $"{Section}:MinimumSpacing is {MinimumSpacing}; it must be from zero (none) to one hour, written as hh:mm:ss.";
        }

        if (ConnectionRetries is < 0 or > 10)
        {
            yield return $"{Section}:ConnectionRetries is {ConnectionRetries}; it must be from 0 to 10.";
        }

        if (MaxResponseBytes is < 1024 or > 3 * 1024 * 1024)
        {
            yield return $"{Section}:MaxResponseBytes is {MaxResponseBytes}; it must be from 1,024 to 3,145,728.";
        }

        foreach (var (name, value) in new[]
        {
            (nameof(ConnectTimeout), ConnectTimeout), (nameof(CallTimeout), CallTimeout), (nameof(SilenceTimeout), SilenceTimeout),
            (nameof(CoolDown), CoolDown),
        })
        {
            if (value < TimeSpan.FromMilliseconds(10) || value > TimeSpan.FromHours(1))
            {
                yield return $"{Section}:{name} is {value}; it must be from 10 ms to one hour, written as hh:mm:ss.";
            }
        }
    }

    // The token of a bearer header (RFC 6750, section 2.1), and the colon that some gateways use.
    [GeneratedRegex(@"\A[A-Za-z0-9._~+/=:-]+\z")]
    private static partial Regex KeyForm();
}
