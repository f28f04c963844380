using System.Text;
using Drover.Batches;
using Drover.Outcomes;
using Drover.Tests.Batches;
using Drover.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Outcomes;

/// <summary>No call goes whose outcome has no place to go.</summary>
public sealed class OutcomeWriterTests(AzuriteFixture azurite) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drover-writer-");
    private readonly FakeTimeProvider _time = new();
    private readonly List<string?> _troubles = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task WaitForRoomAsync_TheSpoolsDiskIsFull_WaitsSaysSoAndGoesOnWhenThereIsRoom()
    {
        var isFull = true;
        using var spool = new Spool(Path.Combine(_folder.FullName, "s"), (file, bytes, at) =>
        {
            if (isFull)
            {
                throw new IOException("No space left on device");
            }

            RandomAccess.Write(file, bytes, at);
        });
        await using var writer = await WriterAsync(spool);

        var room = writer.WaitForRoomAsync(default);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(room.IsCompleted);
        Assert.Contains("nothing is called", Assert.Single(_troubles.Distinct()), StringComparison.Ordinal);

        isFull = false;
        await PassAsync(room);
        Assert.Null(_troubles[^1]);
        writer.Add(Made("1"), tookRoom: true);
        await CompleteAsync(writer);
    }

    [Fact]
    public async Task WaitForRoomAsync_AnOutcomeThatIsNowhere_NothingMoreIsLaunchedUntilItIsInStorage()
    {
        var isFull = false;
        using var spool = new Spool(Path.Combine(_folder.FullName, "s"), (file, bytes, at) =>
        {
            if (isFull)
            {
                throw new IOException("No space left on device");
            }

            RandomAccess.Write(file, bytes, at);
        });
        await using var writer = await WriterAsync(spool);
        await PassAsync(writer.WaitForRoomAsync(default));
        isFull = true;
        writer.Add(Made("1"), tookRoom: true);
        isFull = false;

        await PassAsync(writer.WaitForRoomAsync(default)); // Storage took it meanwhile.

        writer.GiveRoomBack();
        await CompleteAsync(writer);
        Assert.True(_appended.Completed == 1);
    }

    private Tally _appended = Tally.Zero;

    private async Task<OutcomeWriter> WriterAsync(Spool spool)
    {
        var blobs = await azurite.CreateContainerAsync();
        var log = await OutcomeLog.OpenAsync(blobs, TestBatch.Id, 0, default);
        return new OutcomeWriter(
            log, spool, new BatchOptions(), 20, new OutcomeNews(t => _appended = t, _troubles.Add), _time, NullLogger.Instance);
    }

    // The clock goes on until it is done: by then the writer may have to gather, or to look again.
    private async Task PassAsync(Task task)
    {
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return task.IsCompleted;
            },
            "the room");
        await task;
    }

    private Task CompleteAsync(OutcomeWriter writer) => PassAsync(writer.CompleteAsync());

    private static PendingOutcome Made(string id)
    {
        var call = new CallResult(Drover.Upstreams.Outcome.Result) { Status = 200, Body = Encoding.UTF8.GetBytes("{}"), IsJson = true };
        return PendingOutcome.Of(TestBatch.Id, id, call, 1, null, null);
    }
}
