namespace Drover.Files;

/// <summary>How large the files may be that clients of the OpenAI surface upload. Section <c>Drover:Files</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>The largest file, in bytes. (The original takes 200 MB.)</summary>
    public long MaxBytes { get; set; } = 5L * 1024 * 1024 * 1024;

    /// <summary>The most requests in a batch's input file. (The original takes 50,000.)</summary>
    public long MaxLines { get; set; } = 5_000_000;

    /// <summary>The rules that these settings break, each with the setting's name, its value and the rule.</summary>
    public IEnumerable<string> Faults()
    {
        // A block blob holds 50,000 blocks; ours have 4 MiB.
        const long MostBytes = 50_000L * 4 * 1024 * 1024;
        if (MaxBytes is < 1024 or > MostBytes)
        {
            yield return $"Drover:Files:MaxBytes is {MaxBytes}; it must be from 1,024 to {MostBytes:N0}.";
        }

        if (MaxLines is < 1 or > 100_000_000)
        {
            yield return $"Drover:Files:MaxLines is {MaxLines}; it must be from 1 to 100,000,000.";
        }
    }
}
