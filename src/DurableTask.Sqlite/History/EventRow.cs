namespace DurableTask.Sqlite.History;

/// <summary>
/// A history event as columns. The frequent kinds fill them; a rare kind, or one with rare members, is JSON in <paramref name="More"/>.
/// </summary>
/// <param name="Kind">The number of the <see cref="Core.History.EventType"/>. The numbers are stored.</param>
/// <param name="EventId">The event's own id: for what the code asked for, the number of the step; otherwise -1.</param>
/// <param name="Step">For an answer, the step that it answers.</param>
/// <param name="Name">The activity's or the external event's name.</param>
/// <param name="Data">The input, the result or the payload, as JSON.</param>
/// <param name="At">When it was written, in UTC ticks.</param>
/// <param name="Due">For timers, when they fire, in UTC ticks.</param>
/// <param name="More">All of it as JSON, when the other columns cannot hold it.</param>
internal readonly record struct EventRow(int Kind, int EventId, int Step, string? Name, string? Data, long At, long Due, string? More);
