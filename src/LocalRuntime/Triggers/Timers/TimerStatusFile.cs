using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Where a timer's times are kept over restarts: one small file for each function.</summary>
/// <remarks>
/// A file that is damaged or cannot be written costs at most one missed run being made up for; it is logged, and the timer goes on.
/// </remarks>
internal sealed class TimerStatusFile(string dataPath, string function, ILogger logger)
{
    private readonly string _path = Path.Combine(dataPath, "timers", function + ".json");

    public ScheduleStatus? Read()
    {
        try
        {
            return File.Exists(_path) ? JsonSerializer.Deserialize(File.ReadAllText(_path), TimerJson.Default.ScheduleStatus) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            TriggerLog.TimerStatusLost(logger, function, "read", e.Message);
            return null;
        }
    }

    public void Write(ScheduleStatus status)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            var next = _path + ".new";
            File.WriteAllText(next, JsonSerializer.Serialize(status, TimerJson.Default.ScheduleStatus));
            File.Move(next, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TriggerLog.TimerStatusLost(logger, function, "written", e.Message);
        }
    }
}

[JsonSerializable(typeof(ScheduleStatus))]
internal sealed partial class TimerJson : JsonSerializerContext;
