namespace Drover.LocalRuntime;

/// <summary>When a timer was and will be due, in UTC.</summary>
public class ScheduleStatus
{
    /// <summary>The time of the last run; the default value when there was none.</summary>
    public DateTime Last { get; set; }

    /// <summary>When the next run is due.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this record was written.</summary>
    public DateTime LastUpdated { get; set; }
}
