using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Drover.Budgets;
using Drover.LocalRuntime;
using Drover.Storage;
using Drover.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Bench;

/// <summary>Several <c>drover run</c>, each with its own file and data folder, on one storage and under one budget of the day.</summary>
internal sealed class SharedBudget(AzuriteEndpoints storage, HttpClient simulator, Uri address, string folder)
{
    private const string Container = "drover";

    /// <summary>What the items would cost, from a sample of them; the simulator forgets that it was asked.</summary>
    public async Task<decimal> PriceOfAsync(int items)
    {
        const int Sample = 500;
        await Parallel.ForAsync(0, Sample, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, cancellationToken) =>
        {
            using var content = new StringContent(Body(i * (long)items / Sample), Encoding.UTF8, "application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = content };
            request.Headers.Authorization = new("Bearer", "sk-bench");
            (await simulator.SendAsync(request, cancellationToken)).EnsureSuccessStatusCode();
        });
        var price = await BilledAsync() / Sample * items;
        (await simulator.PostAsync("/stats/reset", null)).EnsureSuccessStatusCode();
        return price;
    }

    public Process Start(int index, int items, decimal limit)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, $"p{index}")).FullName;
        File.WriteAllLines(Path.Combine(own, "in.jsonl"), Enumerable.Range(0, items).Select(i => Line(index * (long)items + i)));
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "drover.dll"), "run", "in.jsonl", "--concurrency", "50"])
        {
            WorkingDirectory = own,
            RedirectStandardError = true,
        };
        start.Environment["OPENAI_BASE_URL"] = new Uri(address, "/v1").ToString();
        start.Environment["OPENAI_API_KEY"] = "sk-bench";
        start.Environment["AzureWebJobsStorage"] = storage.ConnectionString;
        start.Environment["Drover__Storage__Container"] = Container;
        start.Environment["Drover__Budgets__PerDay"] = limit.ToString(CultureInfo.InvariantCulture);
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    public async Task UntilAsync<T>(Func<Task<T>> look, Func<T, bool> isThere)
    {
        while (!isThere(await look()))
        {
            await Task.Delay(50);
        }
    }

    /// <summary>Waits for the processes, and notes the most that was billed meanwhile.</summary>
    public async Task EndAsync(IReadOnlyList<Process> runs, decimal limit)
    {
        await UntilAsync(
            BilledAsync,
            billed =>
                billed <= limit
                    ? runs.All(r => r.HasExited)
                    : throw new InvalidOperationException($"{billed} USD are billed, above the limit of {limit}."));
    }

    /// <summary>What the simulator billed so far, in US dollars.</summary>
    public async Task<decimal> BilledAsync() =>
        (await simulator.GetFromJsonAsync<JsonElement>("/stats")).GetProperty("costUsd").GetDecimal();

    /// <summary>Writes the simulator's bill beside the ledger.</summary>
    public async Task ReportAsync(string when, decimal limit)
    {
        var container = new BlobContainerClient(storage.ConnectionString, Container);
        using var webhooks = new WebhookSender(TimeProvider.System, NullLogger<WebhookSender>.Instance);
        await using var ledger = new SpendLedger(
            new ContainerLayout(container), new BudgetOptions { PerDay = limit }, webhooks, TimeProvider.System, Random.Shared,
            NullLogger<SpendLedger>.Instance);
        var day = (await ledger.ReadAsync("none", CancellationToken.None)).Scopes.Single(s => s.Scope == BudgetScope.Day);
        var billed = await BilledAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{when}: billed {billed:0.000000} of {limit:0.0000} USD; the ledger has {day.SettledUsd:0.000000} settled and {day.ReservedUsd:0.000000} reserved; settled less billed is {day.SettledUsd - billed:0.000000}."));
    }

    public long ResultLines() =>
        Directory.GetFiles(folder, "in.results.jsonl", SearchOption.AllDirectories).Sum(f => File.ReadLines(f).LongCount());

    private static string Line(long number) =>
        $$$"""{"custom_id":"i{{{number}}}","method":"POST","url":"/v1/chat/completions","body":{{{Body(number)}}}}""";

    private static string Body(long number) =>
        $$"""{"model":"gpt-4o","max_tokens":150,"user":"i{{number}}","messages":[{"role":"user","content":"Drovers walked cattle over the hills to the markets of the south. Number {{number}}."}]}""";
}
