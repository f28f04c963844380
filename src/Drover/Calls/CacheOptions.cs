namespace Drover.Calls;

/// <summary>Whether answers are kept, to be given again to the same request. Section <c>Drover:Cache</c>.</summary>
public sealed class CacheOptions
{
    /// <summary>
    /// Whether they are for batches that do not say (<c>cache</c>). Off: a request that is made twice on purpose gets two answers.
    /// </summary>
    public bool Enabled { get; set; }

    /// <summary>How long an answer is given again.</summary>
    public TimeSpan Expiry { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The rules that these settings break, each with the setting's name, its value and the rule.</summary>
    public IEnumerable<string> Faults()
    {
        if (Expiry < TimeSpan.FromSeconds(1) || Expiry > TimeSpan.FromDays(3650))
        {
            yield return $"Drover:Cache:Expiry is {Expiry}; it must be from 00:00:01 to 3650.00:00:00, written as d.hh:mm:ss.";
        }
    }
}
