using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Drover.Clients.Tests;

/// <summary>Streams from the third-party upstream npm <c>@copilotkit/aimock</c>, which cuts them.</summary>
public sealed class RelayTests(ServedDrover served)
{
    private const int Streams = 200;

    [Theory]
    [InlineData("prefix")]
    [InlineData("again")]
    public async Task TwoHundredStreams_EachCutOneToThreeTimes_AreTheUncutText(string goesOn)
    {
        using var mock = await NodeScript.StartAsync("aimock", goesOn);
        try
        {
            await RelayAsync(mock);
        }
        finally
        {
            mock.Kill();
        }
    }

    private async Task RelayAsync(Process mock)
    {
        var upstream = new Uri(await mock.StandardOutput.ReadLineAsync() ?? await mock.StandardError.ReadToEndAsync());
        using var folder = new TestFolder();
        await using var drover = served.Start(
            folder, ("OPENAI_BASE_URL", $"{upstream}v1"), ("Drover__Upstream__Concurrency", "50"),
            ("Drover__Streams__ReconnectDelay", "00:00:00.02"));
        using var http = new HttpClient { BaseAddress = await ServedDrover.AddressAsync(drover) };

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Streams), new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (number, cancellationToken) =>
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Post, "v1/chat/completions")
            { Content = JsonContent.Create(Chat("cut", number, stream: true)) };
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var transcript = await new Transcript()
                .ReadAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);

            Assert.True(transcript.Error is null, transcript.Error?.GetRawText());
            Assert.Equal(await UncutAsync(http, upstream, number), transcript.Text);
            Assert.Equal("stop", transcript.FinishReason);
            Assert.True(transcript.IsDone);
            Assert.Equal(1, transcript.Roles);
            Assert.Single(transcript.AnswerIds);
        });

        var journal = await http.GetFromJsonAsync<JsonElement>(new Uri(upstream, "__aimock/journal?path=/v1/chat/completions"));
        var cuts = journal.EnumerateArray()
            .Count(e => e.GetProperty("response").TryGetProperty("interrupted", out var cut) && cut.GetBoolean());
        Assert.Equal(Enumerable.Range(0, Streams).Sum(number => 1 + (number % 3)), cuts);
    }

    private static object Chat(string model, int number, bool stream) =>
        new { model, stream, messages = new[] { new { role = "user", content = $"Tell story {number}." } } };

    private static async Task<string> UncutAsync(HttpClient http, Uri upstream, int number)
    {
        using var answer = await http.PostAsJsonAsync(new Uri(upstream, "v1/chat/completions"), Chat("uncut", number, stream: false));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0].GetProperty("message")
            .GetProperty("content").GetString()!;
    }
}
