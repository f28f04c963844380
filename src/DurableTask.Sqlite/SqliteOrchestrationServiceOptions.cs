namespace DurableTask.Sqlite;

/// <summary>Where the state is kept, and how much is done at once.</summary>
public sealed class SqliteOrchestrationServiceOptions
{
    /// <summary>The longest time that a timer takes: 49 days, 17 hours, 2 minutes and 47 seconds.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(0xfffffffe);

    /// <summary>The SQLite file; made, with its folder, if it is not there.</summary>
    public string DatabasePath { get; set; } = "durable.db";

    /// <summary>Activities that run at once; ten for each core, as in Durable Functions.</summary>
    public int MaxConcurrentActivities { get; set; } = 10 * Environment.ProcessorCount;

    /// <summary>Turns of orchestrations that run or commit at once; ten for each core, as in Durable Functions.</summary>
    public int MaxConcurrentOrchestrations { get; set; } = 10 * Environment.ProcessorCount;

    /// <summary>Instances whose history stays in memory between turns; 0 reads it from the file at every turn.</summary>
    public int MaxCachedInstances { get; set; } = 1000;

    /// <summary>
    /// How often it is looked for what another process wrote, and how often a waiting client looks for a change of state.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    internal void Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(DatabasePath))
        {
            errors.Add($"{nameof(DatabasePath)} is empty; it must name a file.");
        }

        AtLeast(1, MaxConcurrentActivities, nameof(MaxConcurrentActivities));
        AtLeast(1, MaxConcurrentOrchestrations, nameof(MaxConcurrentOrchestrations));
        AtLeast(0, MaxCachedInstances, nameof(MaxCachedInstances));
        if (PollInterval < TimeSpan.FromMilliseconds(1))
        {
            errors.Add($"{nameof(PollInterval)} is {PollInterval}; it must be at least a millisecond.");
        }
        else if (PollInterval > LongestTimer)
        {
            errors.Add($"{nameof(PollInterval)} is {PollInterval}; it must be at most {LongestTimer}, as a timer takes no more.");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException($"{nameof(SqliteOrchestrationServiceOptions)}: {string.Join(" ", errors)}");
        }

        void AtLeast(int least, int value, string name)
        {
            if (value < least)
            {
                errors.Add($"{name} is {value}; it must be at least {least}.");
            }
        }
    }
}
