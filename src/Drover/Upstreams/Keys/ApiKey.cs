using System.Net.Http.Headers;

namespace Drover.Upstreams.Keys;

/// <summary>One key of an upstream, with the gate that proves it. What it is never leaves this class but as a header.</summary>
internal sealed class ApiKey
{
    /// <param name="value">The key; empty for an upstream that needs none.</param>
    /// <param name="number">Its place in the settings, from 1.</param>
    /// <param name="refused">Called for each refusal that was really answered.</param>
    /// <param name="accepted">Called for each result.</param>
    public ApiKey(string value, int number, Action<ApiKey, CallResult> refused, Action<ApiKey> accepted)
    {
        Number = number;
        Authorization = value.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", value);
        Gate = new ProvingGate(result => refused(this, result), () => accepted(this));
    }

    /// <summary>Its place in the settings, from 1: the name it goes by.</summary>
    public int Number { get; }

    /// <summary>The header; null without a key.</summary>
    public AuthenticationHeaderValue? Authorization { get; }

    /// <summary>Lets the first call go alone.</summary>
    public ProvingGate Gate { get; }

    /// <summary>The refusals since the last result. The ring's to write.</summary>
    public int Errors { get; set; }

    /// <summary>Since when it is out; null while it is in use. The ring's to write.</summary>
    public DateTimeOffset? OutSince { get; set; }

    /// <summary>What the last refusal said. The ring's to write.</summary>
    public string? Reason { get; set; }
}
