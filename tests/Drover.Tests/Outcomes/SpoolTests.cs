using System.Text;
using Drover.Batches;
using Drover.Outcomes;

namespace Drover.Tests.Outcomes;

public sealed class SpoolTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drover-spool-");
    private readonly BatchOptions _options;

    private static readonly BatchSpec Spec = new()
    {
        Id = "b",
        Input = "in",
        InputHash = "0123456789abcdef",
        Recipe = "extract",
        Model = "m",
        CreatedAt = default,
        ExpiresAt = default,
    };

    public SpoolTests() => _options = new BatchOptions { SpoolPath = Path.Combine(_folder.FullName, "made", "when needed") };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void For_NoPath_IsNoSpool() => Assert.Null(Spool.For(new BatchOptions(), Spec, 0));

    [Fact]
    public void Recover_NothingWritten_IsEmpty()
    {
        using var spool = Open();

        Assert.Empty(spool.Recover());
    }

    [Fact]
    public void Recover_AfterTheProcessWent_GivesWhatWasWritten()
    {
        // Not disposed before: what was written is out of the process at once.
        using var died = Open();
        died.TryWrite(Result("1"));
        died.TryWrite(Error("2"));

        using var spool = Open();

        Assert.Equal([("1", false), ("2", true)], spool.Recover().Select(o => (o.ItemId, o.IsError)));
        Assert.Equal(Result("1").Line, spool.Recover().First().Line);
        Assert.Equal(new Tally(0, 0, 1, 0, 0, 0), spool.Recover().Last().Tally);
    }

    [Fact]
    public void TryReserve_RoomBehindTheLines_IsNoOutcomeAndIsWrittenOver()
    {
        using var died = Open();
        Assert.True(died.TryReserve(50));
        died.TryWrite(Result("1"));
        Assert.True(died.TryReserve(50));
        died.TryWrite(Error("2"));

        using var again = Open();
        Assert.Equal(["1", "2"], again.Recover().Select(o => o.ItemId));
        Assert.True(again.TryReserve(50));
        again.TryWrite(Result("3"));
        using var spool = Open();
        Assert.Equal(["1", "2", "3"], spool.Recover().Select(o => o.ItemId));
    }

    [Fact]
    public void TryReserve_FullDisk_SaysSoAndWhatWasReservedIsThere()
    {
        var left = 300 * 1024;
        using var spool = new Spool(Path.Combine(_folder.FullName, "small.spool"), (file, bytes, at) =>
        {
            var growth = (int)(at + bytes.Length - RandomAccess.GetLength(file));
            left = growth <= left ? left - Math.Max(0, growth) : throw new IOException("No space left on device");
            RandomAccess.Write(file, bytes, at);
        });

        Assert.True(spool.TryReserve(50));
        Assert.False(spool.TryReserve(500));
        Assert.All(Enumerable.Range(0, 50), i => Assert.True(spool.TryWrite(Result($"{i}"))));
        left = 0;
        Assert.All(Enumerable.Range(50, 50), i => Assert.True(spool.TryWrite(Result($"{i}")))); // They go where room was made.
        Assert.Equal(100, spool.Recover().Count());
    }

    [Fact]
    public void Recover_OtherShards_AreNotItsOwn()
    {
        using var other = Spool.For(_options, Spec, 1)!;
        other.TryWrite(Result("1"));
        using var spool = Open();

        Assert.Empty(spool.Recover());
    }

    [Fact]
    public void Recover_TornAtEveryLength_GivesWholeLinesAndTheNextOpenAppendsBehindThem()
    {
        using (var spool = Open())
        {
            spool.TryWrite(Result("first"));
            spool.TryWrite(Error("second"));
        }

        var path = Path.Combine(_options.SpoolPath, "b-0123456789ab-00000.spool");
        var whole = File.ReadAllBytes(path);
        var firstEnd = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using (var spool = Open())
            {
                string[] complete = length == whole.Length ? ["first", "second"] : length >= firstEnd ? ["first"] : [];
                Assert.Equal(complete, spool.Recover().Select(o => o.ItemId));
                spool.TryWrite(Result("third"));
            }

            using var again = Open();
            var ids = again.Recover().Select(o => o.ItemId).ToList();
            // A line that lacks nothing but its end is whole after all.
            string[] expected = length >= whole.Length - 1
                ? ["first", "second", "third"]
                : length >= firstEnd - 1
                ? ["first", "third"]
                : ["third"];
            Assert.Equal(expected, ids);
        }
    }

    [Fact]
    public void Recover_ContentThatIsNotOurs_IsPassedOver()
    {
        using (var spool = Open())
        {
            spool.TryWrite(Result("1"));
        }

        File.AppendAllText(Path.Combine(_options.SpoolPath, "b-0123456789ab-00000.spool"), "garbage\n\nR\nE\nR{\"custom\n");

        using var again = Open();
        Assert.Equal(["1"], again.Recover().Select(o => o.ItemId));
    }

    [Fact]
    public void Delete_WhileOpen_LeavesNothingAndMayBeWrittenAgain()
    {
        using var spool = Open();
        spool.TryWrite(Result("1"));

        spool.Delete();

        Assert.Empty(spool.Recover());
        spool.TryWrite(Result("2"));
        Assert.Equal(["2"], spool.Recover().Select(o => o.ItemId));
    }

    [Fact]
    public async Task Write_ManyAtOnce_KeepsLinesWhole()
    {
        using var spool = Open();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                spool.TryWrite(Result($"{t}-{i}"));
            }
        })));

        Assert.Equal(800, spool.Recover().Select(o => o.ItemId).Distinct().Count());
    }

    private static PendingOutcome Result(string id) =>
        PendingOutcome.FromLine(
            Encoding.UTF8.GetBytes($$$"""{"custom_id":"{{{id}}}","error":null,"drover":{"input_tokens":1}}""" + "\n"), false);

    private static PendingOutcome Error(string id) =>
        PendingOutcome.FromLine(OutcomeLine.OfNotRun("b", id, new LineFault(OutcomeLine.CancelledCode, "m")), true);

    private Spool Open() => Spool.For(_options, Spec, 0)!;

    [Fact]
    public void Recover_ABatchOfTheSameIdWithAnotherInput_FindsNothing()
    {
        using (var spool = Spool.For(_options, Spec, 0)!)
        {
            Assert.True(spool.TryWrite(PendingOutcome.FromLine("{\"custom_id\":\"a\"}\n"u8.ToArray(), false)));
        }

        Assert.Single(Spool.For(_options, Spec, 0)!.Recover());
        Assert.Empty(Spool.For(_options, Spec with { InputHash = "fedcba9876543210" }, 0)!.Recover());
    }

    [Fact]
    public void TryWrite_AFolderThatIsGone_SaysSoAndGoesOnWhenItIsBack()
    {
        using var spool = Spool.For(_options, Spec, 0)!;
        Directory.Delete(_options.SpoolPath);
        var outcome = PendingOutcome.FromLine("{\"custom_id\":\"a\"}\n"u8.ToArray(), false);

        Assert.False(spool.TryWrite(outcome));

        Directory.CreateDirectory(_options.SpoolPath);
        Assert.True(spool.TryWrite(outcome));
        Assert.Single(spool.Recover());
    }
}
