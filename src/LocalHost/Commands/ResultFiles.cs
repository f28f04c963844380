using Drover.Outcomes;

namespace Drover.LocalHost.Commands;

/// <summary>A batch's outcomes as files: <c>NAME.results.jsonl</c> and, if there are any, <c>NAME.errors.jsonl</c>.</summary>
internal static class ResultFiles
{
    /// <summary>Where the files of an input go, without their endings.</summary>
    public static string StemOf(FileInfo input, string? folder) =>
        Path.Combine(folder ?? input.DirectoryName ?? ".", Path.GetFileNameWithoutExtension(input.Name));

    /// <summary>Writes them; each appears only when it is whole.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        OutcomeFiles outcomes, string batchId, string stem, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(stem))!);
        var results = await WriteAsync(
            stem + ".results.jsonl", output => outcomes.CopyResultsAsync(batchId, output, cancellationToken), keepEmpty: true);
        var errors = await WriteAsync(
            stem + ".errors.jsonl", output => outcomes.CopyErrorsAsync(batchId, output, cancellationToken), keepEmpty: false);
        return [.. new[] { results, errors }.OfType<string>()];
    }

    private static async Task<string?> WriteAsync(string path, Func<Stream, Task> copy, bool keepEmpty)
    {
        var part = path + ".part";
        await using (var output = File.Create(part))
        {
            await copy(output);
        }

        if (!keepEmpty && new FileInfo(part).Length == 0)
        {
            File.Delete(part);
            File.Delete(path);
            return null;
        }

        File.Move(part, path, overwrite: true);
        return path;
    }
}
