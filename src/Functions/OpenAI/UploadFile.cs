using System.Globalization;
using Drover.Files;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>POST /v1/files</c>: takes a file in, streamed to storage.</summary>
public sealed class UploadFile(OpenAiGate gate, FileStore files, UploadOptions options)
{
    private const long LeastLifetime = 3600;
    private const long MostLifetime = 2_592_000;
    private const int FormOverhead = 64 * 1024;

    private static readonly string[] Purposes = ["fine-tune", "assistants", "batch", "user_data", "vision", "evals"];

    [Function(nameof(UploadFile))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/files")] HttpRequest request, CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            if (request.ContentLength > options.MaxBytes + FormOverhead)
            {
                throw UploadForm.TooLarge(options.MaxBytes);
            }

            var upload = files.Begin(gate.KeyOf(request));
            var form = await UploadForm.ReadAsync(request, upload, options.MaxBytes, cancellationToken);
            var name = form.FileName ?? throw OpenAiException.Missing("file");
            var purpose = PurposeOf(form["purpose"]);
            var file = await upload.CommitAsync(name, purpose, ExpiryOf(form, purpose, upload.CreatedAt), cancellationToken);
            return Results.Json(FileObject.Of(file), OpenAiJson.Readable.FileObject);
        });

    private static string PurposeOf(string? purpose) => purpose switch
    {
        null or "" => throw OpenAiException.Missing("purpose"),
        _ when Purposes.Contains(purpose) => purpose,
        _ => throw new OpenAiException(
            StatusCodes.Status400BadRequest,
            $"'{OpenAiException.Cut(purpose)}' is not one of [{string.Join(", ", Purposes.Select(p => $"'{p}'"))}] - 'purpose'", "purpose"),
    };

    private static DateTimeOffset? ExpiryOf(UploadForm form, string purpose, DateTimeOffset createdAt)
    {
        if (form["expires_after[anchor]"] is null && form["expires_after[seconds]"] is null)
        {
            return purpose == "batch" ? createdAt.AddSeconds(MostLifetime) : null;
        }

        var anchor = form["expires_after[anchor]"] ?? throw OpenAiException.Missing("expires_after[anchor]");
        if (anchor != "created_at")
        {
            throw OpenAiException.InvalidValue("expires_after[anchor]", anchor, "created_at");
        }

        var seconds = form["expires_after[seconds]"] ?? throw OpenAiException.Missing("expires_after[seconds]");
        return long.TryParse(seconds, CultureInfo.InvariantCulture, out var lifetime)
            ? createdAt + Lifetime("expires_after[seconds]", lifetime)
            : throw OpenAiException.InvalidType("expires_after[seconds]", "an integer", "a string");
    }

    /// <summary>A lifetime that a caller asks for, within what is allowed.</summary>
    internal static TimeSpan Lifetime(string param, long seconds) => seconds switch
    {
        < LeastLifetime => throw OpenAiException.BelowMinimum(param, LeastLifetime, seconds),
        > MostLifetime => throw OpenAiException.AboveMaximum(param, MostLifetime, seconds),
        _ => TimeSpan.FromSeconds(seconds),
    };
}
