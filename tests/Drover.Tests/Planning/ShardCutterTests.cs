using Drover.Planning;

namespace Drover.Tests.Planning;

public sealed class ShardCutterTests
{
    [Fact]
    public void Finish_MoreItemsThanAShardTakes_CutsAtTheLimit()
    {
        var cutter = new ShardCutter(3, 10_000);
        for (var i = 0; i < 7; i++)
        {
            cutter.Add(0, i * 10, 10, i + 1);
        }

        Assert.Equal(
            [new Shard(0, 0, 30, 3, 0, 1, false), new Shard(1, 30, 30, 3, 0, 4, false), new Shard(2, 60, 10, 1, 0, 7, false)],
            Shards(cutter));
    }

    [Fact]
    public void Finish_MoreBytesThanAShardTakes_CutsBeforeTheLimit()
    {
        var cutter = new ShardCutter(100, 100);
        cutter.Add(0, 0, 60, 1);
        cutter.Add(0, 60, 40, 2); // Just full.
        cutter.Add(0, 100, 1, 3);
        cutter.Add(0, 101, 500, 4); // Alone, however long.
        cutter.Add(0, 601, 1, 5);

        Assert.Equal([(0L, 100, 2), (100L, 1, 1), (101L, 500, 1), (601L, 1, 1)], Shards(cutter).Select(s => (s.Offset, s.Length, s.Items)));
    }

    [Fact]
    public void Finish_Priorities_GoHighestFirstThenAsInTheInput()
    {
        var cutter = new ShardCutter(2, 10_000);
        int[] priorities = [0, 9, 0, 5, 9, 0, 9];
        for (var i = 0; i < priorities.Length; i++)
        {
            cutter.Add(priorities[i], i * 10, 10, i + 1);
        }

        Assert.Equal(
            [
                new Shard(0, 10, 40, 2, 9, 2, false),
                new Shard(1, 60, 10, 1, 9, 7, false),
                new Shard(2, 30, 10, 1, 5, 4, false),
                new Shard(3, 0, 30, 2, 0, 1, false),
                new Shard(4, 50, 10, 1, 0, 6, false),
            ],
            Shards(cutter));
    }

    [Fact]
    public void Add_AnotherPrioritysRangeBetween_CountsTowardsTheBytes()
    {
        var cutter = new ShardCutter(100, 100);
        cutter.Add(9, 0, 10, 1);
        cutter.Add(0, 10, 85, 2);
        cutter.Add(9, 95, 10, 3); // The range would be 105 bytes long.

        Assert.Equal([(0L, 10), (95L, 10)], Shards(cutter).Where(s => s.Priority == 9).Select(s => (s.Offset, s.Length)));
    }

    [Fact]
    public void Skip_WithinAShard_IsNotedFromTheRangesBeginning()
    {
        var cutter = new ShardCutter(100, 10_000);
        cutter.Add(0, 1000, 10, 1);
        cutter.Skip(0, 1010, 10);
        cutter.Add(0, 1020, 10, 3);

        var cut = Assert.Single(cutter.Finish());
        Assert.Equal(new Shard(0, 1000, 30, 2, 0, 1, true), cut.Shard);
        Assert.Equal([10], cut.Skips);
    }

    [Fact]
    public void Skip_BeforeOrAfterTheRange_IsInNoShard()
    {
        var cutter = new ShardCutter(1, 10_000);
        cutter.Skip(0, 0, 10);
        cutter.Add(0, 10, 10, 2);
        cutter.Skip(0, 20, 10);
        cutter.Add(0, 30, 10, 4);

        Assert.All(
            cutter.Finish(), cut => Assert.Equal((1, 10, false, null), (cut.Shard.Items, cut.Shard.Length, cut.Shard.Skips, cut.Skips)));
    }

    [Fact]
    public void Skip_OfAnotherPriority_TouchesOnlyThatOne()
    {
        var cutter = new ShardCutter(100, 10_000);
        cutter.Add(0, 0, 10, 1);
        cutter.Add(9, 10, 10, 2);
        cutter.Skip(9, 20, 10);
        cutter.Add(0, 30, 10, 4);
        cutter.Add(9, 40, 10, 5);

        Assert.Equal([true, false], Shards(cutter).Select(s => s.Skips));
    }

    [Fact]
    public void Skip_BeyondTheBytesOfAShard_ClosesIt()
    {
        var cutter = new ShardCutter(100, 100);
        cutter.Add(0, 0, 10, 1);
        cutter.Skip(0, 10, 500);
        cutter.Add(0, 510, 10, 3);

        Assert.Equal([(0L, 10, false), (510L, 10, false)], Shards(cutter).Select(s => (s.Offset, s.Length, s.Skips)));
    }

    [Fact]
    public void CloseAll_BeforeALongLine_KeepsItOutOfEveryRange()
    {
        var cutter = new ShardCutter(100, 10_000);
        cutter.Add(0, 0, 10, 1);
        cutter.Add(9, 10, 10, 2);
        cutter.CloseAll();
        cutter.Add(0, 5_020, 10, 4);
        cutter.Add(9, 5_030, 10, 5);

        Assert.All(Shards(cutter), s => Assert.Equal((1, 10), (s.Items, s.Length)));
    }

    [Fact]
    public void Finish_Nothing_IsNoShard() => Assert.Empty(new ShardCutter(1, 1).Finish());

    private static IEnumerable<Shard> Shards(ShardCutter cutter) => cutter.Finish().Select(c => c.Shard);
}
