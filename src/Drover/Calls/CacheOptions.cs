using Drover.Settings;

namespace Drover.Calls;

/// <summary>Whether answers are kept, to be given again to the same request. Section <c>Drover:Cache</c>.</summary>
public sealed class CacheOptions : IOptionsSection
{
    /// <summary>
    /// Whether they are for batches that do not say (<c>cache</c>). Off: a request that is made twice on purpose gets two answers.
    /// </summary>
    public bool Enabled { get; set; }

    /// <summary>How long an answer is given again.</summary>
    [Duration("00:00:01", "3650.00:00:00")]
    public TimeSpan Expiry { get; set; } = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    string IOptionsSection.Section => "Drover:Cache";
}
