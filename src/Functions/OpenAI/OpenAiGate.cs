using System.Diagnostics;
using System.Globalization;
using System.Net;
using Azure;
using Drover.Access;
using Drover.Batches;
using Drover.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Drover.Functions.OpenAI;

/// <summary>What every route under <c>/v1</c> has in common: the caller's key, the headers of the original, errors in its form.</summary>
/// <remarks>
/// These routes are anonymous to the host, for the SDKs send their key as a bearer token and no host takes that for one of its
/// own. So the key is checked here.
/// </remarks>
public sealed class OpenAiGate(CallerKeys keys, AccessRule rule, ILogger<OpenAiGate> logger)
{
    /// <summary>Lets a request in, if its caller may, and answers it.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request, Func<Task<IResult>> answer)
    {
        var started = Stopwatch.GetTimestamp();
        var headers = request.HttpContext.Response.Headers;
        headers["x-request-id"] = $"req_{Guid.NewGuid():N}";
        headers["openai-version"] = "2020-10-01";
        try
        {
            CheckKey(request);
            return await answer();
        }
        catch (OpenAiException e)
        {
            return Answers.Error(e.Status, e.Message, e.Code, e.Param, e.Type);
        }
        catch (BatchRefusedException e)
        {
            return Answers.Error(e.Status, e.Message);
        }
        catch (Exception e) when (
            e is RequestFailedException or AggregateException && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            OpenAiLog.StorageFailed(logger, e, request.Method, headers["x-request-id"].ToString());
            return Answers.Error(
                StatusCodes.Status503ServiceUnavailable, "Storage does not answer at the moment. Try again.", type: "server_error");
        }
        finally
        {
            headers["openai-processing-ms"] = Stopwatch.GetElapsedTime(started)
                .TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The name of the caller's key; null where there are none.</summary>
    public string? KeyOf(HttpRequest request) => keys.NameOf(request.Headers.Authorization);

    private void CheckKey(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (!keys.IsSet)
        {
            if (!rule.OpenOnLoopback || request.HttpContext.Connection.LocalIpAddress is not { } local || !IPAddress.IsLoopback(local))
            {
                throw Refused(
                    $"This host has no keys for callers, so it answers its own machine only. Set one as {CallerKeys.Section}:NAME ('drover key' makes it).");
            }
        }
        else if (CallerKeys.KeyIn(authorization) is null)
        {
            throw Refused(
                "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                code: null);
        }
        else if (keys.NameOf(authorization) is null)
        {
            throw Refused("Incorrect API key provided.");
        }
    }

    private static OpenAiException Refused(string message, string? code = "invalid_api_key") =>
        new(StatusCodes.Status401Unauthorized, message, code: code);
}
