using System.Globalization;
using System.Security.Cryptography;
using Drover.Batches;

namespace Drover.Files;

/// <summary>The ids of files, each of which says where its blob lies.</summary>
/// <remarks>
/// <para>Uploaded: <c>file-</c> and 32 hexadecimal digits, of which 16 count down with time, so that the names of newer files sort
/// first.</para>
/// <para>A batch's own: <c>file-out-</c>, <c>file-err-</c> or <c>file-in-</c> and the batch's id: its results, its errors, its
/// input.</para>
/// </remarks>
public static class FileId
{
    public const string Prefix = "files/";

    private const string Start = "file-";
    private const int TimeDigits = 16;
    private const int Digits = 32;

    /// <summary>A new id.</summary>
    public static string New(DateTimeOffset now) => $"{Start}{Countdown(now)}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";

    /// <summary>The id of a batch's results, errors or input.</summary>
    public static string Of(BatchFile kind, string batchId) => $"{Start}{Word(kind)}-{batchId}";

    /// <summary>The blob of an uploaded file; null when the text is no id of one.</summary>
    public static string? UploadedBlob(string id) =>
        id.Length == Start.Length + Digits && id.StartsWith(Start, StringComparison.Ordinal)
            && !id.AsSpan(Start.Length).ContainsAnyExcept("0123456789abcdef")
            ? $"{Prefix}{id[Start.Length..]}"
            : null;

    /// <summary>The id of the uploaded file whose content that blob is; null for other blobs.</summary>
    public static string? OfUploadedBlob(string blob) =>
        blob.StartsWith(Prefix, StringComparison.Ordinal) && UploadedBlob(Start + blob[Prefix.Length..]) is not null
            ? Start + blob[Prefix.Length..]
            : null;

    /// <summary>The batch and the kind of its file that an id names; null when it is no such id.</summary>
    public static (BatchFile Kind, string BatchId)? BatchFileOf(string id)
    {
        foreach (var kind in Enum.GetValues<BatchFile>())
        {
            var start = $"{Start}{Word(kind)}-";
            if (id.StartsWith(start, StringComparison.Ordinal) && BatchSpec.IsId(id[start.Length..]))
            {
                return (kind, id[start.Length..]);
            }
        }

        return null;
    }

    /// <summary>The empty blob that lists a finished batch's results or errors among the files.</summary>
    public static string EntryBlob(BatchFile kind, BatchSpec batch) => $"{Prefix}{Countdown(batch.CreatedAt)}-{Word(kind)}-{batch.Id}";

    /// <summary>The id that a blob under <see cref="Prefix"/> stands for.</summary>
    public static string OfBlob(string blob)
    {
        var name = blob[Prefix.Length..];
        return name.Length > TimeDigits && name[TimeDigits] == '-' ? $"{Start}{name[(TimeDigits + 1)..]}" : $"{Start}{name}";
    }

    private static string Countdown(DateTimeOffset time) => (long.MaxValue - time.UtcTicks).ToString("x16", CultureInfo.InvariantCulture);

    private static string Word(BatchFile kind) => kind switch
    {
        BatchFile.Results => "out",
        BatchFile.Errors => "err",
        _ => "in",
    };
}
