using System.Globalization;
using Drover.Files;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Drover.Functions.OpenAI;

/// <summary>The multipart form of an upload, read as it comes: the file's content goes on to storage, whichever part comes first.</summary>
internal sealed class UploadForm
{
    private const int LongestField = 1024;
    private const int LongestBoundary = 70; // RFC 2046, section 5.1.1.
    private const int LongestName = 512;

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    /// <summary>The name of the file; null when no part is the file.</summary>
    public string? FileName { get; private set; }

    /// <summary>The value of a field, or null.</summary>
    public string? this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>Reads the form to its end.</summary>
    /// <exception cref="OpenAiException">It is no such form, or the file is too large.</exception>
    public static async Task<UploadForm> ReadAsync(
        HttpRequest request, FileUpload upload, long mostBytes, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null; // The file's own limit holds.
        }

        var reader = new MultipartReader(BoundaryOf(request), request.Body);
        var form = new UploadForm();
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                await form.ReadAsync(section, upload, mostBytes, cancellationToken);
            }
        }
        catch (Exception e) when (
            e is IOException or InvalidDataException && e is not BadHttpRequestException
                && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            throw new OpenAiException(
                StatusCodes.Status400BadRequest, $"The multipart form could not be read: {OpenAiException.Cut(e.Message)}");
        }

        return form;
    }

    private async Task ReadAsync(MultipartSection section, FileUpload upload, long mostBytes, CancellationToken cancellationToken)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
        {
            return;
        }

        var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        if (name == "file")
        {
            FileName = NameOf(disposition);
            if (!await upload.StageAsync(section.Body, mostBytes, cancellationToken))
            {
                throw TooLarge(mostBytes);
            }

            return;
        }

        using var text = new StreamReader(section.Body);
        var value = new char[LongestField];
        var length = await text.ReadBlockAsync(value, cancellationToken);
        _fields[name] = new string(value, 0, length);
    }

    public static OpenAiException TooLarge(long mostBytes) => new(
        StatusCodes.Status413PayloadTooLarge,
        $"The file is larger than {mostBytes.ToString("N0", CultureInfo.InvariantCulture)} bytes (Drover:Files:MaxBytes).", "file");

    private static string BoundaryOf(HttpRequest request)
    {
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= LongestBoundary } boundary)
        {
            return boundary.ToString();
        }

        throw new OpenAiException(
            StatusCodes.Status400BadRequest,
            $"Invalid Content-Type header ({OpenAiException.Cut(request.ContentType ?? "none")}), expected multipart/form-data with a boundary of at most {LongestBoundary} characters.");
    }

    // 'filename*' (RFC 5987) says it in full where both are given; both may come with a path.
    private static string NameOf(ContentDispositionHeaderValue disposition)
    {
        var name = (
            disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).ToString();
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        return name.Length switch { 0 => "upload", > LongestName => name[..LongestName], _ => name };
    }
}
