namespace Drover.Throttling;

/// <summary>A process that uses the upstream now.</summary>
/// <param name="Process">Its id, new at every start.</param>
/// <param name="Held">The calls at once that are its own.</param>
/// <param name="Wanted">The calls at once that it has use for.</param>
/// <param name="Pace">The requests per minute that it launches.</param>
/// <param name="Renewed">When it last showed that it lives.</param>
/// <param name="Expires">When its share is others' if it does not show that again.</param>
internal sealed record Holder(string Process, int Held, int Wanted, double Pace, DateTimeOffset Renewed, DateTimeOffset Expires);
