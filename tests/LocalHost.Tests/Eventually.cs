using System.Diagnostics;

namespace Drover.LocalHost.Tests;

/// <summary>Waiting for a condition, with a time limit.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition, string what, int seconds = 60)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var since = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < seconds, $"Not within {seconds} s: {what}");
            await poll.WaitForNextTickAsync();
        }
    }
}
