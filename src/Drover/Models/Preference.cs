namespace Drover.Models;

/// <summary>What a model is chosen for.</summary>
public enum Preference
{
    /// <summary>The cheapest.</summary>
    Budget,

    /// <summary>The fastest.</summary>
    Speed,

    /// <summary>The best.</summary>
    Quality,
}
