using System.Collections.Concurrent;
using Drover.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Streams;

/// <summary>What clients have seen outlives a killed process.</summary>
public sealed class StreamSpoolTests
{
    [Fact]
    public void Create_ByManyAtOnceInAFolderThatIsNotThereYet_GivesEachItsFile()
    {
        const int Threads = 8;
        for (var round = 0; round < 20; round++)
        {
            var folder = Path.Combine(Path.GetTempPath(), $"drover-spool-{Guid.NewGuid():N}");
            var spools = new ConcurrentBag<StreamSpool?>();
            using var all = new Barrier(Threads);
            var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() =>
            {
                all.SignalAndWait();
                spools.Add(StreamSpool.Create(folder, $"strm_{i}", NullLogger.Instance));
            })).ToList();
            threads.ForEach(t => t.Start());
            threads.ForEach(t => t.Join());

            Assert.DoesNotContain(null, spools);
            Assert.Equal(Threads, Directory.GetFiles(folder).Length);
            foreach (var spool in spools)
            {
                spool!.Close(delete: true);
            }

            Directory.Delete(folder);
        }
    }
}
