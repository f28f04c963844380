using System.Diagnostics;

namespace Drover.Simulator.Tests;

public sealed class ProgramTests
{
    [Fact]
    public async Task Program_Started_PrintsItsAddressAndAnswers()
    {
        using var process = Start("--latency", "1", "--model", "mine=1/2", "--seed", "9", "--keep-names", "false");
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.Matches("^simulator listening on http://127\\.0\\.0\\.1:[0-9]+$", line);
            using var client = new HttpClient { BaseAddress = new Uri(line!.Split(' ')[^1]) };
            var options = await client.GetStringAsync("control", TestContext.Current.CancellationToken);

            Assert.All(["\"latency\": 1,", "\"name\": \"mine\"", "\"seed\": 9", "\"keepNames\": false", "\"down\": false"],
                setting => Assert.Contains(setting, options));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("rpm is -1; it must be 0 or more.", "--rpm", "-1")]
    [InlineData("--model is 'x'", "--model", "x")]
    [InlineData("Unrecognized command or argument '--rmp'", "--rmp", "5")]
    public async Task Program_BadSetting_SaysSoAndFails(string message, params string[] arguments)
    {
        using var process = Start(arguments);

        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains(message, error);
        Assert.Equal(1, process.ExitCode);
    }

    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "drover-simulator.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
