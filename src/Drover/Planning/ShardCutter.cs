namespace Drover.Planning;

/// <summary>A shard as it was cut, with the offsets in its range that are not its to run.</summary>
internal sealed record PlannedShard(Shard Shard, List<int>? Skips);

/// <summary>Gathers items into shards: one open shard per priority, closed when it is full.</summary>
/// <param name="mostItems">The most items of a shard.</param>
/// <param name="mostBytes">The longest range of a shard with more than one item.</param>
internal sealed class ShardCutter(int mostItems, int mostBytes)
{
    private readonly Dictionary<int, Open> _open = [];
    private readonly List<PlannedShard> _closed = [];

    /// <summary>Adds an item to the open shard of its priority.</summary>
    public void Add(int priority, long offset, long length, long line)
    {
        if (_open.TryGetValue(priority, out var open) && (open.Items >= mostItems || offset + length - open.Offset > mostBytes))
        {
            Close(priority);
            open = null;
        }

        if (open is null)
        {
            _open[priority] = open = new Open { Offset = offset, Line = line };
        }

        open.End = offset + length;
        open.Items++;
    }

    /// <summary>Notes a line that looks like an item of that priority and must not be run.</summary>
    public void Skip(int priority, long offset, long length)
    {
        // Before an open shard's first item, or beyond its range, the line is in no shard.
        if (_open.TryGetValue(priority, out var open) && offset + length - open.Offset <= mostBytes)
        {
            (open.Skips ??= []).Add((int)(offset - open.Offset));
        }
        else if (open is not null)
        {
            Close(priority);
        }
    }

    /// <summary>Closes every open shard, so that no range takes in what follows.</summary>
    public void CloseAll()
    {
        foreach (var priority in _open.Keys.ToList())
        {
            Close(priority);
        }
    }

    /// <summary>The shards in the order in which they are to be launched: higher priority first, then as in the input.</summary>
    public List<PlannedShard> Finish()
    {
        CloseAll();
        return
        [
            .. _closed.OrderByDescending(c => c.Shard.Priority).ThenBy(c => c.Shard.Offset)
                .Select((c, index) => c with { Shard = c.Shard with { Index = index } }),
        ];
    }

    private void Close(int priority)
    {
        if (_open.Remove(priority, out var open))
        {
            var length = (int)(open.End - open.Offset);
            open.Skips?.RemoveAll(offset => offset >= length);
            var skips = open.Skips is { Count: > 0 } ? open.Skips : null;
            _closed.Add(new PlannedShard(new Shard(0, open.Offset, length, open.Items, priority, open.Line, skips is not null), skips));
        }
    }

    private sealed class Open
    {
        public long Offset { get; init; }

        public long Line { get; init; }

        public long End { get; set; }

        public int Items { get; set; }

        public List<int>? Skips { get; set; }
    }
}
