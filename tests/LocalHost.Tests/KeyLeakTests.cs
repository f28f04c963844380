using System.Net;
using System.Text;
using Drover.LocalRuntime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Drover.LocalHost.Tests;

/// <summary>An upstream that repeats the key in whatever it says: no file, no line and no answer has it.</summary>
public sealed class KeyLeakTests
{
    private const string Key = "sk-proj-Ab3/xY+9q_Zw7LkQ-2mN5pR8tUvWx";

    private static readonly string Escaped = string.Concat(Key.Select(c => $"\\u{(int)c:x4}"));
    private static readonly string Base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Key}"));

    [Fact]
    public async Task Run_AnUpstreamThatRepeatsTheKey_LeavesItInNoFileAndOnNoScreen()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(40));
        await using var hostile = await StartAsync();
        await using var drover = Start(folder, hostile, "run", "in.jsonl", "--id", "leaks");
        Assert.True(await drover.EndAsync() == 2, drover.Errors);
        await using var errors = Start(folder, hostile, "errors", "leaks");
        Assert.True(await errors.EndAsync() == 0, errors.Errors);
        await AzuriteServer.WaitForEndAsync(folder.File(".drover/azurite"), CancellationToken.None);

        Inputs.AssertEachOnce(folder, "in", 40);
        var screens = drover.Output + drover.Errors + errors.Output + errors.Errors;
        Assert.Contains("**********", screens + File.ReadAllText(folder.File("in.errors.jsonl")), StringComparison.Ordinal);
        AssertClean("the screen", Encoding.UTF8.GetBytes(screens));
        var files = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);
        Assert.Contains(files, f => f.EndsWith("durable.db", StringComparison.Ordinal));
        foreach (var file in files)
        {
            await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[content.Length];
            await content.ReadExactlyAsync(bytes);
            AssertClean(file, bytes);
        }
    }

    private static DroverProcess Start(TestFolder folder, WebApplication upstream, params string[] arguments) => DroverProcess.Start(
        folder, AzuriteEndpoints.Free(), new Uri(upstream.Urls.First()), arguments,
        ("AzureWebJobsStorage", null), ("OPENAI_API_KEY", Key), ("Drover__Batches__MaxPasses", "2"), ("Drover__Batches__MaxRetries", "0"));

    private static void AssertClean(string where, ReadOnlySpan<byte> content)
    {
        foreach (var form in (string[])[Key, Escaped, Escaped.ToUpperInvariant(), Base64[8..], Uri.EscapeDataString(Key)])
        {
            for (var at = 0; at + 24 <= form.Length; at++)
            {
                Assert.True(content.IndexOf(Encoding.UTF8.GetBytes(form[at..(at + 24)])) < 0, $"{where} has '{form[at..(at + 24)]}'.");
            }
        }

        for (var at = 0; at + 12 <= Key.Length; at++)
        {
            Assert.True(content.IndexOf(Encoding.UTF8.GetBytes(Key[at..(at + 12)])) < 0, $"{where} has '{Key[at..(at + 12)]}'.");
        }
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var calls = 0;
        app.Run(async http =>
        {
            http.Response.Headers["x-request-id"] = $"req {Key}";
            http.Response.Headers["openai-organization"] = Key;
            http.Response.ContentType = "application/json";
            var (status, body) = (Interlocked.Increment(ref calls) % 8) switch
            {
                0 => (400, $$$"""{"error":{"message":"Bad {{{Escaped}}}","code":"{{{Key}}}","param":"{{{Key[5..]}}}"}}"""),
                1 => (500, $"<h1>{Uri.EscapeDataString(Key)} {Key}</h1>"),
                2 => (422, $$"""{"detail":"Authorization: Basic {{Base64}}"}"""),
                3 => (200, $$$"""{"error":{"message":"{{{Escaped.Replace("\\", "\\\\", StringComparison.Ordinal)}}}","code":400}}"""),
                4 => (200, $"not JSON: {Key}"),
                _ => (200, $$$"""{"model":"{{{Key}}}","choices":[{"message":{"role":"assistant","content":"You sent {{{Key}}} or {{{Escaped}}}, {{{Base64}}}."},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":5}}"""),
            };
            http.Response.StatusCode = status;
            await http.Response.WriteAsync(body);
        });
        await app.StartAsync();
        return app;
    }
}
