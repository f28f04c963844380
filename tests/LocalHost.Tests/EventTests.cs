using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>What <c>GET /api/batches/{id}/events</c> tells of a batch that things stand in the way of.</summary>
public sealed class EventTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task GetEvents_AnUpstreamThatIsDownAndABudgetThatIsSpent_BringsEachAlertOnceOverSeveralConnections()
    {
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Fail500 = 1 });
        await using var drover = DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["serve", "--port", "0", "--concurrency", "20"],
            ("Drover__Budgets__PerBatch", "0.2"), ("Drover__Upstream__CoolDown", "00:00:01"));
        using var http = new HttpClient { BaseAddress = await drover.AddressAsync() };
        using var lines = new StringContent(Requests(), Encoding.UTF8, "application/jsonl");
        (await http.PostAsync("/api/batches?id=alerts", lines)).EnsureSuccessStatusCode();
        var (told, last, status) = (new List<string>(), (string?)null, "");
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/batches/alerts/events");
            if (last is not null)
            {
                request.Headers.Add("Last-Event-ID", last);
            }

            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (answer.StatusCode == HttpStatusCode.NoContent)
            {
                break;
            }

            await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync())
            {
                last = item.EventId;
                var data = JsonDocument.Parse(item.Data).RootElement;
                if (item.EventType == "progress")
                {
                    status = data.GetProperty("status").GetString();
                }
                else if (item.EventType == "alert")
                {
                    told.Add($"{data.GetProperty("id").GetString()} {data.GetProperty("state").GetString()}");
                    simulator.Options = new SimulatorOptions { Latency = 200 }; // It answers again.
                    break; // This client is lost with each alert.
                }
            }
        }

        Assert.Equal("stopped", status);
        Assert.Equal(
            ["circuit/default begun", "circuit/default ended", "budget/batch/alerts/50 begun",
                "budget/batch/alerts/80 begun", "budget/batch/alerts/100 begun"],
            told);
    }

    private static string Requests() => string.Concat(Enumerable.Range(0, 600).Select(i =>
        $$$"""{"custom_id":"i{{{i}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o","max_tokens":150,"messages":[{"role":"user","content":"Write a line about number {{{i}}}."}]}}""" + "\n"));
}
