namespace Drover.Simulator.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Options_Default_HaveNoLimitsAndNoFaults()
    {
        var options = new SimulatorOptions();

        Assert.Equal(
            new SimulatorOptions
            {
                Port = 0,
                Seed = 1,
                Latency = 0,
                Rpm = 0,
                Tpm = 0,
                MaxConcurrency = 0,
                MaxBodyBytes = 67_108_864,
                AnswerWords = 40,
                SlowTokenDelay = 250,
                RetryAfter = 1,
                KeepNames = null,
            },
            options);
        Assert.Empty(options.Keys);
        Assert.Contains(new SimulatedModel("claude-sonnet-4.5", 3m, 15m, 200_000), options.Models);
        Assert.Contains(new SimulatedModel("deepseek-v3.2", 0.08m, 0.42m), options.Models);
        Assert.Contains(new SimulatedModel("gemini-2.5-flash", 0.1m, 2.5m, 1_048_576), options.Models);
        Assert.All(Faults.FaultPlan.All, fault => Assert.Equal(0, Faults.FaultPlan.Rate(options, fault)));
    }

    [Fact]
    public async Task StartAsync_BadSettings_NamesThemAll()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Upstream.StartAsync(new SimulatorOptions
        {
            Port = 70_000,
            Latency = -1,
            LatencyP99 = 10,
            Rpm = -5,
            Tpm = -1,
            Models = [],
            Fail500 = 1.5,
            FailStreamCut = double.NaN,
        }));

        Assert.Equal(
            """
            port is 70000; it must be 0 to 65535.
            latency is -1; it must be 0 or more.
            rpm is -5; it must be 0 or more.
            tpm is -1; it must be 0 or more.
            latencyP50 is 0; it must be set when latencyP95 or latencyP99 is.
            models is empty; there must be one at least.
            fail500 is 1.5; it must be 0 to 1.
            failStreamCut is NaN; it must be 0 to 1.
            """,
            error.Message);
    }

    [Fact]
    public async Task StartAsync_PortTaken_SaysSo()
    {
        await using var first = await Upstream.StartAsync();

        var error = await Assert.ThrowsAsync<IOException>(
            () => Upstream.StartAsync(new SimulatorOptions { Port = first.Server.BaseAddress.Port }));

        Assert.Contains("address already in use", error.Message);
    }

    [Fact]
    public async Task StartAsync_Address_IsLoopbackOnly()
    {
        await using var upstream = await Upstream.StartAsync();

        Assert.Matches("^http://127\\.0\\.0\\.1:[0-9]+/v1$", upstream.Server.BaseAddress.ToString());
    }

    [Theory]
    [InlineData("my-model=1.5/6", "my-model", 1.5, 6, 128_000)]
    [InlineData("m=0/0@8192", "m", 0, 0, 8192)]
    public void ParseModel_Text_IsAModel(string text, string name, double input, double output, int context) =>
        Assert.Equal(new SimulatedModel(name, (decimal)input, (decimal)output, context), SimulatorCommand.ParseModel(text));

    [Theory]
    [InlineData("m")]
    [InlineData("m=1")]
    [InlineData("=1/2")]
    [InlineData("m=1/x")]
    [InlineData("m=1/2@many")]
    public void ParseModel_BadText_NamesTheRule(string text) =>
        Assert.Equal(
            $"--model is '{text}'; it must be name=input/output or name=input/output@context.",
            Assert.Throws<ArgumentException>(() => SimulatorCommand.ParseModel(text)).Message);
}
