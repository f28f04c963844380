using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Drover.LocalRuntime;

/// <summary>
/// Reads <c>host.json</c> as the Functions host does: app settings named <c>AzureFunctionsJobHost__…</c> override the file.
/// </summary>
internal sealed class HostJson
{
    private readonly string _file;
    private readonly IConfiguration _values;
    private readonly List<string> _errors;

    private HostJson(string file, IConfiguration values, List<string> errors) => (_file, _values, _errors) = (file, values, errors);

    /// <summary>The file with its overrides, as configuration; empty when the file cannot be read, which is then an error.</summary>
    public static IConfigurationRoot Load(string path, IConfiguration appSettings, List<string> errors)
    {
        var overrides = appSettings.GetSection("AzureFunctionsJobHost");
        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(Path.GetFullPath(path), optional: true, reloadOnChange: false)
                .AddConfiguration(overrides)
                .Build();
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            errors.Add($"{Path.GetFileName(path)}: cannot be read: {e.GetBaseException().Message}");
            return new ConfigurationBuilder().AddConfiguration(overrides).Build();
        }
    }

    public static HostSettings Read(string path, IConfiguration values, List<string> errors) =>
        new HostJson(Path.GetFileName(path), values, errors).Read();

    private HostSettings Read()
    {
        if (_values["version"] is { } version && version != "2.0")
        {
            Wrong("version", version, "it must be 2.0");
        }

        var blobs = new BlobSettings();
        return new HostSettings
        {
            RoutePrefix = (_values["extensions:http:routePrefix"] ?? "api").Trim('/'),
            FunctionTimeout = _values["functionTimeout"] == "-1"
                ? null
                : Span("functionTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromDays(24)),
            MaxConcurrentActivities = Number("extensions:durableTask:maxConcurrentActivityFunctions", 1, int.MaxValue),
            MaxConcurrentOrchestrations = Number("extensions:durableTask:maxConcurrentOrchestratorFunctions", 1, int.MaxValue),
            Queues = ReadQueues(),
            Blobs = new BlobSettings
            {
                MaxDegreeOfParallelism = Number("extensions:blobs:maxDegreeOfParallelism", 1, 10_000) ?? blobs.MaxDegreeOfParallelism,
                PoisonBlobThreshold = Number("extensions:blobs:poisonBlobThreshold", 1, int.MaxValue) ?? blobs.PoisonBlobThreshold,
            },
        };
    }

    private QueueSettings ReadQueues()
    {
        var defaults = new QueueSettings();
        var batchSize = Number("extensions:queues:batchSize", 1, 32) ?? defaults.BatchSize;
        return new QueueSettings
        {
            MaxPollingInterval = Span("extensions:queues:maxPollingInterval", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1))
                ?? defaults.MaxPollingInterval,
            VisibilityTimeout = Span("extensions:queues:visibilityTimeout", TimeSpan.Zero, TimeSpan.FromDays(7))
                ?? defaults.VisibilityTimeout,
            BatchSize = batchSize,
            NewBatchThreshold = Number("extensions:queues:newBatchThreshold", 0, 1_000) ?? batchSize / 2,
            MaxDequeueCount = Number("extensions:queues:maxDequeueCount", 1, int.MaxValue) ?? defaults.MaxDequeueCount,
            MessageEncoding = Choice("extensions:queues:messageEncoding", defaults.MessageEncoding),
        };
    }

    private int? Number(string key, int least, int most)
    {
        if (_values[key] is not { } text)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            || value < least || value > most)
        {
            Wrong(
                key, text,
                most == int.MaxValue ? $"it must be a whole number from {least}" : $"it must be a whole number from {least} to {most}");
            return null;
        }

        return value;
    }

    private TimeSpan? Span(string key, TimeSpan least, TimeSpan most)
    {
        if (_values[key] is not { } text)
        {
            return null;
        }

        // A bare number would be read as days; nobody who writes one means that.
        if (!text.Contains(':') || !TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) || value < least || value > most)
        {
            Wrong(key, text, $"it must be a time span such as 00:05:00, from {least:c} to {most:c}");
            return null;
        }

        return value;
    }

    private T Choice<T>(string key, T otherwise)
        where T : struct, Enum
    {
        if (_values[key] is not { } text)
        {
            return otherwise;
        }

        if (!Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            Wrong(key, text, $"it must be one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
            return otherwise;
        }

        return Enum.Parse<T>(text, ignoreCase: true);
    }

    private void Wrong(string key, string value, string rule) => _errors.Add($"{_file}: {key.Replace(':', '.')} is '{value}'; {rule}.");
}
