using Drover.Settings;
using Drover.Throttling;

namespace Drover.Upstreams;

/// <summary>The OpenAI-compatible API that the items are sent to, and how hard it may be driven. Section <c>Drover:Upstream</c>.</summary>
public sealed class UpstreamOptions : IOptionsSection
{
    /// <summary>The name of the upstream in <c>Drover:Upstream</c>.</summary>
    public const string DefaultName = "default";

    public const string DefaultBaseUrl = "https://api.openai.com/v1";

    /// <summary>The <see cref="Place"/> of answers that are made up: the simulator's port is another each time.</summary>
    public const string Simulator = "simulator";

    /// <summary>The address up to and with the version, such as <c>https://api.openai.com/v1</c>.</summary>
    [Address(IsRequired = true, Example = DefaultBaseUrl, SecretGoesInto = nameof(ApiKey))]
    public string BaseUrl { get; set; } = DefaultBaseUrl;

    /// <summary>
    /// The bearer key, or several with commas between, which are used in turn. Never logged, and never written to an input, a
    /// history or a result.
    /// </summary>
    [KeyList]
    public string ApiKey { get; set; } = "";

    /// <summary>The model for items that name none.</summary>
    [NotEmpty("the model for items that name none")]
    public string Model { get; set; } = "gpt-4o-mini";

    /// <summary>The largest number of calls under way at once.</summary>
    [Between(1, 10_000)]
    public int Concurrency { get; set; } = 50;

    /// <summary>The requests per minute that the upstream allows. 0: no limit.</summary>
    [NotNegative("0 (no limit) or more")]
    public int RequestsPerMinute { get; set; }

    /// <summary>The tokens per minute that the upstream allows, of prompts and completions together. 0: no limit.</summary>
    [NotNegative("0 (no limit) or more")]
    public long TokensPerMinute { get; set; }

    /// <summary>The least time between the starts of two calls. Zero: none.</summary>
    [Duration("00:00:00", "01:00:00", Words = "from zero (none) to one hour", Written = "hh:mm:ss")]
    public TimeSpan MinimumSpacing { get; set; }

    /// <summary>The longest time to a connection.</summary>
    [Duration("00:00:00.010", "01:00:00", Words = "from 10 ms to one hour", Written = "hh:mm:ss")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time from sending a request to the last byte of its answer.</summary>
    /// <remarks>Models that reason, and long answers, take minutes; an answer that is given up is paid for all the same.</remarks>
    [Duration("00:00:00.010", "01:00:00", Words = "from 10 ms to one hour", Written = "hh:mm:ss")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest silence within a stream that has begun.</summary>
    [Duration("00:00:00.010", "01:00:00", Words = "from 10 ms to one hour", Written = "hh:mm:ss")]
    public TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A PEM file with certificates to trust beside those of the machine, as for a gateway of one's own; empty: none.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>How often a lost connection is tried again at once, before the item waits for a later pass.</summary>
    [Between(0, 10)]
    public int ConnectionRetries { get; set; } = 2;

    /// <summary>How long nothing is sent once the circuit is open, because the upstream times out or fails again and again.</summary>
    [Duration("00:00:00.010", "01:00:00", Words = "from 10 ms to one hour", Written = "hh:mm:ss")]
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The longest that the upstream is left alone for one answer's <c>Retry-After</c>; then a call tries it. While longer ones repeat
    /// it is twice as long each time, at most a day.
    /// </summary>
    [Duration("00:00:01", "1.00:00:00", Words = "from one second to one day", Written = "hh:mm:ss")]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The largest answer taken, in bytes: an outcome must fit into one append of 4 MiB.</summary>
    [Between(1024, 3 * 1024 * 1024)]
    public int MaxResponseBytes { get; set; } = 3 * 1024 * 1024;

    /// <summary>
    /// Whether it has a route <c>/v1/responses</c>; where it has none, requests for it are put as chat completions. Null: found out,
    /// by its answering 404.
    /// </summary>
    public bool? HasResponses { get; set; }

    /// <summary>
    /// Whether its answers are made up: then outcomes and views say so. The command sets it where it takes answers from its simulator.
    /// </summary>
    public bool Simulated { get; set; }

    /// <summary>
    /// What a batch remembers of the upstream that it began with: the address, without anything secret, or <see cref="Simulator"/>.
    /// </summary>
    public string Place => Simulated ? Simulator
        : Uri.TryCreate(BaseUrl, UriKind.Absolute, out var address)
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.SafeUnescaped).TrimEnd('/')
            : "";

    /// <summary>What the settings call it; <see cref="DefaultName"/> for <c>Drover:Upstream</c>.</summary>
    internal string Name { get; set; } = DefaultName;

    /// <summary>
    /// Whether its models cost nothing unless the settings give them prices. Null: they do not at an address of one's own; false for a
    /// gateway there that leads to an API that is paid.
    /// </summary>
    public bool? Free { get; set; }

    /// <summary>Whether its models cost nothing unless the settings give them prices.</summary>
    public bool IsFree => Free ?? (IsAtOwnAddress && !Simulated);

    internal bool IsAtOwnAddress { get; set; }

    /// <summary>The keys in <see cref="ApiKey"/>, trimmed.</summary>
    internal IReadOnlyList<string> Keys => KeyListAttribute.Cut(ApiKey);

    /// <summary>The section of the settings that it comes from.</summary>
    internal string Section => Name == DefaultName ? "Drover:Upstream" : $"Drover:Upstreams:{Name}";

    /// <inheritdoc/>
    string IOptionsSection.Section => Section;

    /// <inheritdoc/>
    IEnumerable<string> IOptionsSection.FaultsBetween()
    {
        if (CaFile.Length > 0 && !File.Exists(CaFile))
        {
            yield return $"{Section}:CaFile is '{CaFile}'; there is no such file. It must be a PEM file with certificates to trust.";
        }
    }

    /// <summary>What the throttle is to keep to.</summary>
    internal ThrottleLimits Limits => new()
    {
        Concurrency = Concurrency,
        RequestsPerMinute = RequestsPerMinute,
        TokensPerMinute = TokensPerMinute,
        MinimumSpacing = MinimumSpacing,
    };
}
