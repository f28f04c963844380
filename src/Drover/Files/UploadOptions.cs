using Drover.Settings;

namespace Drover.Files;

/// <summary>How large the files may be that clients of the OpenAI surface upload. Section <c>Drover:Files</c>.</summary>
public sealed class UploadOptions : IOptionsSection
{
    // A block blob holds 50,000 blocks; ours have 4 MiB.
    private const long MostBytes = 50_000L * 4 * 1024 * 1024;

    /// <summary>The largest file, in bytes. (The original takes 200 MB.)</summary>
    [Between(1024, MostBytes)]
    public long MaxBytes { get; set; } = 5L * 1024 * 1024 * 1024;

    /// <summary>The most requests in a batch's input file. (The original takes 50,000.)</summary>
    [Between(1, 100_000_000)]
    public long MaxLines { get; set; } = 5_000_000;

    /// <inheritdoc/>
    string IOptionsSection.Section => "Drover:Files";
}
