using System.Text.RegularExpressions;
using Drover.OpenAI;

namespace Drover.Upstreams;

/// <summary>What an error means: the one judgement for batches, relays, streams and what is kept.</summary>
/// <remarks>
/// The words come before the status, because providers use statuses differently: a 403 may be about the key or about the
/// content of one prompt, a 400 about a busy server. An error inside a good answer is judged by the status inside it.
/// </remarks>
internal static partial class Judgement
{
    /// <summary>Judges an error.</summary>
    /// <param name="status">The HTTP status; of an error inside a good answer or a stream, the good one.</param>
    /// <param name="words">What it says; null when it says nothing that can be read.</param>
    public static Outcome Of(int status, ErrorWords? words)
    {
        if (status is >= 200 and < 300)
        {
            status = words?.Status ?? 0;
        }

        var text = words?.Text ?? "";
        return status switch
        {
            _ when IsOfContent(status, words) => Outcome.Rejected,
            0 or 400 or 404 or 422 when IsModelUnknown(words) => Outcome.ModelUnknown,
            429 when words?.Code is "insufficient_quota" or "billing_hard_limit_reached" => Outcome.KeyRefused,
            401 or 402 or 403 => Outcome.KeyRefused,
            0 or 400 when KeyWords().IsMatch(text) => Outcome.KeyRefused,
            408 or 409 or 425 or 429 or 460 or 498 or 499 or >= 500 => Outcome.Later,
            _ when PassingWords().IsMatch(text) && !SizeWords().IsMatch(text) => Outcome.Later,
            >= 300 and < 400 => Outcome.SetupWrong,
            404 or 405 when words is null => Outcome.SetupWrong,
            0 or 404 or 405 when RouteWords().IsMatch(words?.Message ?? "") => Outcome.SetupWrong,
            0 => words?.Type == "invalid_request_error" || SizeWords().IsMatch(text) ? Outcome.Rejected : Outcome.Later,
            _ => Outcome.Rejected,
        };
    }

    /// <summary>Whether the error is about what the prompt says or the answer would say, not about the key or the request's form.</summary>
    private static bool IsOfContent(int status, ErrorWords? words) =>
        words is not null && status is 0 or 400 or 403 or 422 or 451 && ContentWords().IsMatch(words.Text);

    private static bool IsModelUnknown(ErrorWords? words) => words is not null
        && (words.Code is "model_not_found" or "DeploymentNotFound" or "model_not_available" || ModelWords().IsMatch(words.Message ?? ""));

    [GeneratedRegex(
        @"content[\s_-]?(filter|policy|management|moderation)|moderat(ed|ion)|\bflagged\b|responsible\s?ai|safety|prohibited[\s_]content|jailbreak|"
        + @"violat(es?|ion|ed)\b.*\b(polic|guideline|terms)|harmful|sensitive (content|words?)|inappropriate content",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ContentWords();

    [GeneratedRegex(
        @"\b(model|deployment|engine)s?\b([^.]|\.\S){0,120}?\b(not[\s_]found|(do|does)(es)? not exist|doesn't exist|not exist|no longer (exists|available|supported)|"
        + @"is not (a valid model|available|supported|found|known)|unknown|has been (deprecated|decommissioned|retired|removed))|"
        + @"\b(unknown|invalid|no such|unrecognized|not a valid) (model|deployment)\b(?! (output|response|input|parameter))|no endpoints found for|^model: \S+$|models/\S+ is not found",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ModelWords();

    [GeneratedRegex(
        @"invalid[\s_]api[\s_-]?key|incorrect api key|api[\s_-]?key not valid|api_key_invalid|authentication[\s_]error|unauthorized|invalid x-api-key|insufficient_quota|insufficient (balance|credits)|credit balance is too low",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex KeyWords();

    [GeneratedRegex(
        @"\bcapacity|over-?loaded|too (busy|many requests)|server (is )?busy|try(ing)? (your request |it )?again (later|in|shortly|soon)|retry (later|after|your request)|rate[\s_-]?limit|"
        + @"temporar(y|ily)|currently unavailable|service[\s_]unavailable|timed?[\s-]?out|resource_exhausted",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PassingWords();

    // What servers say of a path that they do not have.
    [GeneratedRegex(
        @"^((file|page|path|route|resource|url|endpoint) )?not found\.?$|^method not allowed\.?$|^invalid url\b|"
        + @"unknown request url|unexpected endpoint|no route matched|^cannot post /",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex RouteWords();

    // What is too long stays so, whatever capacity the model has.
    [GeneratedRegex(
        @"context[\s_](length|window|size)|maximum (context|number of tokens|length)|too (long|large|many tokens)|max_tokens",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SizeWords();
}
