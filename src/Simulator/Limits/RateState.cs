namespace Drover.Simulator.Limits;

/// <summary>What the <c>x-ratelimit-*</c> headers tell; a limit of 0 is not there.</summary>
internal readonly record struct RateState(
    int RequestLimit, int RequestsLeft, double RequestsReset, int TokenLimit, int TokensLeft, double TokensReset);
