using System.Security.Cryptography;
using System.Text;
using Drover.Recipes.Schemas;

namespace Drover.Recipes;

/// <summary>
/// The prompt texts and the schemas of the replies: files beside the program, and a folder of the user's that takes their place.
/// </summary>
public sealed class Prompts
{
    private readonly string _folder;
    private readonly int _maxOutputTokens;

    /// <param name="folder">A folder with files of the same names, which are used instead; empty: none.</param>
    /// <param name="maxOutputTokens">The most tokens of a reply; 0: as each recipe needs as a rule.</param>
    public Prompts(string folder, int maxOutputTokens = 0) => (_folder, _maxOutputTokens) = (folder, maxOutputTokens);

    /// <summary>The prompts as they come with the program.</summary>
    internal static Prompts BuiltIn { get; } = new("");

    private static string BuiltInFolder => Path.Combine(AppContext.BaseDirectory, "Recipes", "Prompts");

    /// <summary>What is wrong with a folder of prompts.</summary>
    internal static IEnumerable<string> Faults(string setting, string folder)
    {
        if (folder.Length == 0)
        {
            yield break;
        }

        if (!Directory.Exists(folder))
        {
            yield return $"{setting} is '{folder}'; it must be a folder.";
            yield break;
        }

        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            if (FaultOf(path) is { } fault)
            {
                yield return $"{setting}: {path}: {fault}";
            }
        }
    }

    /// <summary>The hash of the user's own files for a recipe; null: there are none.</summary>
    public string? HashOf(string recipe)
    {
        var own = _folder.Length == 0 ? [] : FilesOf(recipe, _folder).ToList();
        if (own.Count == 0)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in own)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(path) + "\n"));
            hash.AppendData(File.ReadAllBytes(path));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>Whether a recipe's prompts tell the model the ids of sources.</summary>
    internal bool TellIds(string recipe) => FilesOf(recipe, BuiltInFolder).Any(path =>
        File.ReadAllText(PathOf(Path.GetFileName(path))).Contains("{{id}}", StringComparison.Ordinal));

    /// <summary>The most tokens of a reply to a prompt.</summary>
    /// <param name="typical">What the recipe needs as a rule.</param>
    internal int OutputTokens(int typical) => _maxOutputTokens > 0 ? _maxOutputTokens : typical;

    /// <summary>The file <c>NAME.txt</c>.</summary>
    internal Template Text(string name) => Read($"{name}.txt", path => new Template(File.ReadAllText(path)));

    /// <summary>The file <c>NAME.schema.json</c>.</summary>
    internal ReplySchema Schema(string name) => Read($"{name}.schema.json", path => ReplySchema.Parse(File.ReadAllBytes(path)));

    private static string? FaultOf(string path)
    {
        var name = Path.GetFileName(path);
        if (!File.Exists(Path.Combine(BuiltInFolder, name)))
        {
            return $"There is no prompt of that name; there are {string.Join(", ", Directory.EnumerateFiles(BuiltInFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal))}.";
        }

        if (string.IsNullOrWhiteSpace(File.ReadAllText(path)))
        {
            return "It is empty.";
        }

        try
        {
            _ = name.EndsWith(".json", StringComparison.Ordinal)
                ? (object)ReplySchema.Parse(File.ReadAllBytes(path))
                : new Template(File.ReadAllText(path));
            return null;
        }
        catch (PromptFaultException e)
        {
            return e.Message;
        }
    }

    private static IEnumerable<string> FilesOf(string recipe, string folder) =>
        Directory.EnumerateFiles(folder, $"{recipe}.*").Order(StringComparer.Ordinal);

    private T Read<T>(string file, Func<string, T> read) => read(PathOf(file));

    private string PathOf(string file)
    {
        var own = Path.Combine(_folder, file);
        return _folder.Length > 0 && File.Exists(own) ? own : Path.Combine(BuiltInFolder, file);
    }
}
