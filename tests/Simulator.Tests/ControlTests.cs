namespace Drover.Simulator.Tests;

public sealed class ControlTests
{
    [Fact]
    public async Task Control_Patch_ChangesWhatItNamesAndNothingElse()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Seed = 5, Rpm = 60 });

        var response = await upstream.PostAsync(
            "control", """{"latency":1.5,"fail500":1,"keys":["sk-test"],"models":[{"name":"m","inputUsd":1,"outputUsd":2}]}""");
        var shown = await Upstream.JsonAsync(response);

        Assert.Equal(1.5, shown.GetProperty("latency").GetDouble());
        var options = upstream.Server.Options;
        Assert.Equal((5, 60, 1.5, 1.0), (options.Seed, options.Rpm, options.Latency, options.Fail500));
        Assert.Equal(new SimulatedModel("m", 1, 2), Assert.Single(options.Models));
        await Upstream.ErrorAsync(await upstream.ChatAsync("""{"model":"m","messages":[{"role":"user","content":"hi"}]}"""), 500);
    }

    [Theory]
    [InlineData("nonsense", "invalid")]
    [InlineData("""{"rmp":5}""", "rmp: no setting that can be changed.")]
    [InlineData("""{"port":5}""", "port: no setting that can be changed.")]
    [InlineData("""{"rpm":"many"}""", "rpm")]
    [InlineData("""{"fail500":0.7,"fail503":0.7}""", "add up to 1.4; they must not pass 1.")]
    public async Task Control_BadPatch_Is400AndChangesNothing(string patch, string message)
    {
        await using var upstream = await Upstream.StartAsync();
        var before = upstream.Server.Options;

        var error = await Upstream.ErrorAsync(await upstream.PostAsync("control", patch), 400);

        Assert.Contains(message, error.GetProperty("message").GetString());
        Assert.Same(before, upstream.Server.Options);
    }

    [Fact]
    public async Task Control_NewRate_HoldsFromTheNextRequestOn()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000));
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { TimeProvider = clock });
        await upstream.ChatTextAsync(Upstream.Body("hi"));

        await upstream.PostAsync("control", """{"rpm":60}""");

        await upstream.ChatTextAsync(Upstream.Body("hi"));
        await Upstream.ErrorAsync(await upstream.ChatAsync(Upstream.Body("hi")), 429);
        await upstream.PostAsync("control", """{"rpm":0}""");
        await upstream.ChatTextAsync(Upstream.Body("hi"));
    }

    [Fact]
    public async Task Control_OtherSetting_LeavesTheBucketsAsTheyAre()
    {
        await using var upstream = await Upstream.StartAsync(
            new SimulatorOptions { Rpm = 60, TimeProvider = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000)) });
        await upstream.ChatTextAsync(Upstream.Body("hi"));

        await upstream.PostAsync("control", """{"latency":0}""");

        await Upstream.ErrorAsync(await upstream.ChatAsync(Upstream.Body("hi")), 429);
    }

    [Fact]
    public async Task Admin_UnknownRoute_Is404()
    {
        await using var upstream = await Upstream.StartAsync();

        await Upstream.ErrorAsync(await upstream.GetAsync("statistics"), 404);
    }
}
