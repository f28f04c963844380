using System.Security.Cryptography;
using Drover.LocalHost.Hosting;
using Drover.Outcomes;

namespace Drover.LocalHost.Commands;

/// <summary>A batch's outcomes as files: <c>NAME.results.jsonl</c> and, if there are any, <c>NAME.errors.jsonl</c>.</summary>
/// <remarks>
/// A results file that is there is replaced only by one that has all of its lines: a batch that has more results than before. Otherwise it
/// stays, and the new ones are called <c>NAME.2.results.jsonl</c> and so on.
/// </remarks>
internal static class ResultFiles
{
    /// <summary>Where the files of an input go, without their endings.</summary>
    public static string StemOf(FileInfo input, string? folder) =>
        Path.Combine(folder ?? input.DirectoryName ?? ".", Path.GetFileNameWithoutExtension(input.Name));

    /// <summary>Writes them; each appears only when it is whole.</summary>
    /// <param name="replace">Whether files that are there may be lost.</param>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        OutcomeFiles outcomes, string batchId, string stem, bool replace, CancellationToken cancellationToken)
    {
        OwnerOnly.MakeSharedFolder(Path.GetDirectoryName(Path.GetFullPath(stem))!);
        var part = $"{stem}.results.jsonl.part";
        await WriteAsync(part, output => outcomes.CopyResultsAsync(batchId, output, cancellationToken));
        var free = replace ? stem : await FreeStemAsync(stem, part, cancellationToken);
        if (free != stem)
        {
            Terminal.Say(
                $"{Path.GetRelativePath(".", stem)}.results.jsonl holds other results and stays as it is (--fresh would replace it).");
        }

        var results = $"{free}.results.jsonl";
        File.Move(part, results, overwrite: true);
        part = $"{free}.errors.jsonl.part";
        await WriteAsync(part, output => outcomes.CopyErrorsAsync(batchId, output, cancellationToken));
        var errors = $"{free}.errors.jsonl";
        if (new FileInfo(part).Length > 0)
        {
            File.Move(part, errors, overwrite: true);
            return [results, errors];
        }

        File.Delete(part);
        File.Delete(errors);
        return [results];
    }

    private static async Task WriteAsync(string path, Func<Stream, Task> copy)
    {
        await using var output = File.Create(path);
        OwnerOnly.Share(path);
        await copy(output);
    }

    private static async Task<string> FreeStemAsync(string stem, string part, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            var free = number == 1 ? stem : $"{stem}.{number}";
            var path = $"{free}.results.jsonl";
            if (!File.Exists(path) || await AreAllInAsync(path, part, cancellationToken))
            {
                return free;
            }
        }
    }

    // Memory: 16 bytes and the set's own for each line of the file that is there.
    private static async Task<bool> AreAllInAsync(string path, string other, CancellationToken cancellationToken)
    {
        var left = new HashSet<UInt128>();
        await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
        {
            left.Add(HashOf(line));
        }

        await foreach (var line in File.ReadLinesAsync(other, cancellationToken))
        {
            left.Remove(HashOf(line));
        }

        return left.Count == 0;
    }

    private static UInt128 HashOf(string line) =>
        BitConverter.ToUInt128(SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(line.AsSpan())));
}
