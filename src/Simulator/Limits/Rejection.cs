using System.Globalization;
using Drover.Simulator.Http;

namespace Drover.Simulator.Limits;

/// <summary>Why a call was refused: the limit, what of it is used, what was asked and the seconds until that is free.</summary>
internal sealed record Rejection(string Limit, int Allowed, int Used, int Requested, double WaitSeconds)
{
    public ApiError ToError(string model)
    {
        var unit = Limit switch
        {
            "tokens" => "tokens per min (TPM)",
            "requests" => "requests per min (RPM)",
            _ => "concurrent requests",
        };
        var message = string.Create(CultureInfo.InvariantCulture,
            $"Rate limit reached for {model} in organization org-simulator on {unit}: Limit {Allowed}, Used {Used}, Requested {Requested}. Please try again in {Durations.Format(WaitSeconds)}. Visit https://platform.openai.com/account/rate-limits to learn more.");
        return new ApiError(429, message, Limit, null, "rate_limit_exceeded") { RetryAfterSeconds = WaitSeconds };
    }
}
