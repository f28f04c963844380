using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace Drover.Simulator.Bench;

/// <summary>A bare HttpClient loop: so many workers, each sending its next request when the last is answered.</summary>
internal sealed class Load(Uri address)
{
    private const string Text =
        "Drovers walked cattle over the hills to the markets of the south. They knew the roads, the fords and the inns, "
        + "and they carried news and money as well. With the railways their trade came to its end within a generation.";

    /// <summary>Latencies in milliseconds, sorted.</summary>
    public async Task<double[]> RunAsync(int concurrency, TimeSpan duration)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, MaxConnectionsPerServer = concurrency };
        using var client = new HttpClient(handler, disposeHandler: false);
        var clock = Stopwatch.StartNew();
        var workers = await Task.WhenAll(Enumerable.Range(0, concurrency).Select(worker => WorkAsync(client, worker, clock, duration)));
        var all = workers.SelectMany(latencies => latencies).ToArray();
        Array.Sort(all);
        return all;
    }

    private async Task<List<double>> WorkAsync(HttpClient client, int worker, Stopwatch clock, TimeSpan duration)
    {
        var uri = new Uri(address, "/v1/chat/completions");
        var latencies = new List<double>();
        var buffer = new byte[16_384];
        while (clock.Elapsed < duration)
        {
            var started = clock.Elapsed;
            using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = Body(worker, latencies.Count) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk-bench");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var stream = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
            while (await stream.ReadAsync(buffer) > 0)
            {
            }

            latencies.Add((clock.Elapsed - started).TotalMilliseconds);
        }

        return latencies;
    }

    private static ByteArrayContent Body(int worker, int number)
    {
        var json = $$"""{"model":"gpt-4o-mini","user":"{{worker}}-{{number}}","messages":[{"role":"user","content":"{{Text}}"}]}""";
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
