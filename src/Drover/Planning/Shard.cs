using System.Text.Json.Serialization;

namespace Drover.Planning;

/// <summary>A part of a batch: a byte range of its input, and of the items in it those of one priority.</summary>
/// <param name="Index">Its place in the plan, from 0; the order in which shards are launched.</param>
/// <param name="Offset">Where its range begins in the input.</param>
/// <param name="Length">The length of the range in bytes.</param>
/// <param name="Items">The items to run.</param>
/// <param name="Priority">The priority of its items; lines of another priority in the range belong to other shards.</param>
/// <param name="Line">The number of the range's first line, from 1.</param>
/// <param name="Skips">Whether lines in the range repeat an id and are to be left out; see <c>ContainerLayout.Skips</c>.</param>
public sealed record Shard(int Index, long Offset, int Length, int Items, int Priority, long Line, bool Skips)
{
    /// <summary>The <c>TokenRatio</c> of its plan, which is read with it.</summary>
    [JsonIgnore]
    public double TokenRatio { get; init; } = 1;
}
