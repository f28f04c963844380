using System.Text;
using Drover.Batches;

namespace Drover.Tests.Batches;

public sealed class SpoolTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drover-spool-");
    private readonly BatchOptions _options;

    public SpoolTests() => _options = new BatchOptions { SpoolPath = Path.Combine(_folder.FullName, "made", "when needed") };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void For_NoPath_IsNoSpool() => Assert.Null(Spool.For(new BatchOptions(), "b", 0));

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
        died.Write(Result("1"));
        died.Write(Error("2"));

        using var spool = Open();

        Assert.Equal([("1", false), ("2", true)], spool.Recover().Select(o => (o.ItemId, o.IsError)));
        Assert.Equal(Result("1").Line, spool.Recover().First().Line);
        Assert.Equal(new Tally(0, 0, 1, 0, 0, 0), spool.Recover().Last().Tally);
    }

    [Fact]
    public void Recover_OtherShards_AreNotItsOwn()
    {
        using var other = Spool.For(_options, "b", 1)!;
        other.Write(Result("1"));
        using var spool = Open();

        Assert.Empty(spool.Recover());
    }

    [Fact]
    public void Recover_TornAtEveryLength_GivesWholeLinesAndTheNextOpenAppendsBehindThem()
    {
        using (var spool = Open())
        {
            spool.Write(Result("first"));
            spool.Write(Error("second"));
        }

        var path = Path.Combine(_options.SpoolPath, "b-00000.spool");
        var whole = File.ReadAllBytes(path);
        var firstEnd = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using (var spool = Open())
            {
                string[] complete = length == whole.Length ? ["first", "second"] : length >= firstEnd ? ["first"] : [];
                Assert.Equal(complete, spool.Recover().Select(o => o.ItemId));
                spool.Write(Result("third"));
            }

            using var again = Open();
            var ids = again.Recover().Select(o => o.ItemId).ToList();
            // A line that lacks nothing but its end is whole after all.
            string[] expected = length >= whole.Length - 1 ? ["first", "second", "third"] : length >= firstEnd - 1 ? ["first", "third"] : ["third"];
            Assert.Equal(expected, ids);
        }
    }

    [Fact]
    public void Recover_ContentThatIsNotOurs_IsPassedOver()
    {
        using (var spool = Open())
        {
            spool.Write(Result("1"));
        }

        File.AppendAllText(Path.Combine(_options.SpoolPath, "b-00000.spool"), "garbage\n\nR\nE\nR{\"custom\n");

        using var again = Open();
        Assert.Equal(["1"], again.Recover().Select(o => o.ItemId));
    }

    [Fact]
    public void Delete_WhileOpen_LeavesNothingAndMayBeWrittenAgain()
    {
        using var spool = Open();
        spool.Write(Result("1"));

        spool.Delete();

        Assert.Empty(spool.Recover());
        spool.Write(Result("2"));
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
                spool.Write(Result($"{t}-{i}"));
            }
        })));

        Assert.Equal(800, spool.Recover().Select(o => o.ItemId).Distinct().Count());
    }

    private static PendingOutcome Result(string id) =>
        PendingOutcome.FromLine(Encoding.UTF8.GetBytes($$$"""{"custom_id":"{{{id}}}","error":null,"drover":{"input_tokens":1}}""" + "\n"), false);

    private static PendingOutcome Error(string id) =>
        PendingOutcome.FromLine(OutcomeLine.OfUnrun("b", id, new LineFault(OutcomeReader.CancelledCode, "m")), true);

    private Spool Open() => Spool.For(_options, "b", 0)!;
}
