using System.Text.Json;

namespace Drover.LocalHost.Hosting;

/// <summary>The settings of a local run, in Functions' own form: the environment, and behind it <c>local.settings.json</c>.</summary>
internal static class LocalSettings
{
    private const string FileName = "local.settings.json";

    public static void AddTo(ConfigurationManager configuration)
    {
        configuration.Sources.Clear();
        configuration.AddInMemoryCollection(FromFile(FileName)).AddInMemoryCollection(OpenAi()).AddEnvironmentVariables();
    }

    // What the environment says, in either spelling, comes before the file.
    private static Dictionary<string, string?> OpenAi() => new (string From, string To)[]
        {
            ("OPENAI_API_KEY", "Drover:Upstream:ApiKey"),
            ("OPENAI_BASE_URL", "Drover:Upstream:BaseUrl"),
        }
        .Where(name => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(name.From)))
        .ToDictionary(name => name.To, name => Environment.GetEnvironmentVariable(name.From));

    // Names may have '__' for ':', as environment variables do.
    private static Dictionary<string, string?> FromFile(string path)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (!File.Exists(path))
        {
            return values;
        }

        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.TryGetProperty("Values", out var section))
            {
                foreach (var value in section.EnumerateObject())
                {
                    values[value.Name.Replace("__", ":", StringComparison.Ordinal)] = value.Value.ToString();
                }
            }

            return values;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CommandException(ExitCodes.Usage, $"{path} is not readable as settings: {e.Message}");
        }
    }
}
