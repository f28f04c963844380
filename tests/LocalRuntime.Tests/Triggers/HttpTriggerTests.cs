using System.Net;
using System.Net.Http.Json;
using Drover.LocalRuntime.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Drover.LocalRuntime.Tests.Triggers;

public sealed class HttpTriggerTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(new TestHostOptions
    {
        Functions = [typeof(Functions)],
        Settings = { ["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = "1000" },
    });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("GET", "api/Plain", "plain")]
    [InlineData("POST", "api/Plain", "plain")]
    [InlineData("DELETE", "api/plain", "plain")]
    [InlineData("GET", "api/batches/b-1", "batch b-1")]
    [InlineData("GET", "api/numbered/7", "number 7")]
    [InlineData("GET", "api/numbered", "number none")]
    [InlineData("GET", "api/numbered?id=8", "number 8")]
    [InlineData("GET", "api/guid/6f9619ff-8b86-d011-b42d-00c04fc964ff", "guid 6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    [InlineData("GET", "api/files/a/b/c.txt", "rest a/b/c.txt")]
    [InlineData("GET", "api/files", "rest ")]
    [InlineData("GET", "api/code/abc", "code abc")]
    [InlineData(
        "GET", "api/query?text=x%20y&number=3&since=2026-01-02T03:04:05Z&flag=true", "x y 3 2026-01-02T03:04:05.0000000+00:00 True 10")]
    [InlineData("GET", "api/query", "    10")]
    [InlineData("GET", "api/action", "{\"answer\":42}")]
    [InlineData("GET", "api/static", "static")]
    [InlineData("GET", "api/value-task", "value task")]
    public async Task Request_ThatFitsARoute_IsAnsweredByItsFunction(string method, string path, string expected)
    {
        var response = await _host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "Plain", HttpStatusCode.NotFound)]
    [InlineData("GET", "api/numbered/seven", HttpStatusCode.NotFound)]
    [InlineData("GET", "api/guid/7", HttpStatusCode.NotFound)]
    [InlineData("GET", "api/code/abcd", HttpStatusCode.NotFound)]
    [InlineData("PUT", "api/batches/b-1", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "api/query?number=three", HttpStatusCode.InternalServerError)]
    [InlineData("GET", "api/required", HttpStatusCode.InternalServerError)]
    public async Task Request_ThatFitsNoRouteOrParameter_IsRefused(string method, string path, HttpStatusCode expected)
    {
        var response = await _host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Response_WrittenByTheFunctionItself_IsSentAsItStands()
    {
        var response = await _host.Http.PostAsJsonAsync("api/itself", "echo");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("\"echo\"", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Response_Streamed_ArrivesBeforeTheFunctionEnds()
    {
        using var response = await _host.Http.GetAsync("api/stream", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("first", await reader.ReadLineAsync().WithinPatience());
        Assert.False(_host.Probe.Gate.Task.IsCompleted);
        _host.Probe.Gate.SetResult();
        Assert.Equal("second", await reader.ReadLineAsync().WithinPatience());
    }

    [Fact]
    public async Task Request_WhoseClientGoesAway_CancelsTheFunction()
    {
        using var gone = new CancellationTokenSource();
        var request = _host.Http.GetAsync("api/wait", gone.Token);
        Assert.Equal("waiting", await _host.Probe.NextAsync());

        await gone.CancelAsync();

        Assert.Equal("cancelled", await _host.Probe.NextAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Eventually.TrueAsync(
            () => _host.Log.Entries.Any(e => e.Message == "Function 'Wait' ended with TaskCanceledException after its client had gone."));
        Assert.DoesNotContain(_host.Complaints, message => message.Contains("'Wait'"));
    }

    [Fact]
    public async Task Function_Throwing_Answers500WithoutDetailsAndIsLogged()
    {
        var response = await _host.Http.GetAsync("api/throw");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
        Assert.False(response.Headers.Contains("x-secret"));
        var entry = Assert.Single(_host.Log.Entries, e => e.Message == "Function 'Throw' failed.");
        Assert.Equal("the secret", entry.Exception?.Message);
    }

    [Fact]
    public async Task Function_ThrowingInTheMiddleOfItsAnswer_BreaksTheConnection()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => _host.Http.GetStringAsync("api/break"));
        await Eventually.TrueAsync(() => _host.Complaints.Contains("Function 'Break' failed."));
    }

    [Theory]
    [InlineData(1000, HttpStatusCode.OK)]
    [InlineData(1001, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Body_AtItsLimit_IsTakenAndAboveItRefused(int length, HttpStatusCode expected)
    {
        var response = await _host.Http.PostAsync("api/body", new ByteArrayContent(new byte[length]));

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task FunctionContext_OfARequest_TellsOfTheRun()
    {
        var text = await _host.Http.GetStringAsync("api/context/x1");

        Assert.Equal("Context Host.Functions.Context x1 GET True", text);
    }

    [Theory]
    [InlineData("v1", "v1/Plain")]
    [InlineData("", "Plain")]
    [InlineData("/a/b/", "a/b/Plain")]
    public async Task Route_WithPrefixOfHostJson_IsUnderIt(string prefix, string path)
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Functions = [typeof(Functions)],
            HostJson = $$"""{ "version": "2.0", "extensions": { "http": { "routePrefix": "{{prefix}}" } } }""",
        });

        Assert.Equal("plain", await host.Http.GetStringAsync(path));
    }

    public sealed class Functions(Probe probe)
    {
        [Function("Plain")]
        public IResult Plain([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Text("plain");

        [Function("Batch")]
        public IResult Batch(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "batches/{id}")] HttpRequest request, string id) =>
            Results.Text($"batch {id}");

        [Function("Numbered")]
        public Task<IResult> Numbered(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "numbered/{id:int?}")] HttpRequest request, int? id) =>
            Task.FromResult(Results.Text($"number {id?.ToString() ?? "none"}"));

        [Function("Guid")]
        public IResult ByGuid([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "guid/{id:guid}")] HttpRequest request, Guid id) =>
            Results.Text($"guid {id}");

        [Function("Files")]
        public IResult Files(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "files/{*rest}")] HttpRequest request, string? rest) =>
            Results.Text($"rest {rest}");

        [Function("Code")]
        public IResult Code(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "code/{value:regex(^[a-z]{{3}}$)}")] HttpRequest request,
            string value) =>
            Results.Text($"code {value}");

        [Function("Query")]
        public IResult Query(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "query")] HttpRequest request,
            string? text, int? number, DateTimeOffset? since, bool? flag, int size = 10) =>
            Results.Text($"{text} {number} {since:O} {flag} {size}");

        [Function("Required")]
        public IResult Required([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "required")] HttpRequest request, int number) =>
            Results.Text($"{number}");

        [Function("Action")]
        public IActionResult Action([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "action")] HttpRequest request) =>
            new OkObjectResult(new { answer = 42 });

        [Function("Static")]
        public static IResult Static([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "static")] HttpRequest request) =>
            Results.Text("static");

        [Function("ValueTask")]
        public async ValueTask<IResult> ValueTask(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "value-task")] HttpRequest request)
        {
            await Task.Yield();
            return Results.Text("value task");
        }

        [Function("Itself")]
        public async Task Itself([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "itself")] HttpRequest request)
        {
            request.HttpContext.Response.StatusCode = StatusCodes.Status202Accepted;
            await request.Body.CopyToAsync(request.HttpContext.Response.Body);
        }

        [Function("Stream")]
        public async Task Stream(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "stream")] HttpRequest request, CancellationToken cancellation)
        {
            await request.HttpContext.Response.WriteAsync("first\n", cancellation);
            await request.HttpContext.Response.Body.FlushAsync(cancellation);
            await probe.Gate.Task.WaitAsync(cancellation);
            await request.HttpContext.Response.WriteAsync("second\n", cancellation);
        }

        [Function("Wait")]
        public async Task Wait(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "wait")] HttpRequest request, CancellationToken cancellation)
        {
            probe.Saw("waiting");
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            }
            finally
            {
                probe.Saw("cancelled");
            }
        }

        [Function("Throw")]
        public IResult Throw([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throw")] HttpRequest request)
        {
            request.HttpContext.Response.Headers["x-secret"] = "half done";
            throw new InvalidOperationException("the secret");
        }

        [Function("Break")]
        public async Task Break([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "break")] HttpRequest request)
        {
            await request.HttpContext.Response.WriteAsync("begun");
            await request.HttpContext.Response.Body.FlushAsync();
            throw new InvalidOperationException("in the middle");
        }

        [Function("Body")]
        public async Task<IResult> Body([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "body")] HttpRequest request)
        {
            await request.Body.CopyToAsync(System.IO.Stream.Null);
            return Results.Ok();
        }

        [Function("Context")]
        public IResult Context(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "context/{id}")] HttpRequest request, FunctionContext context) =>
            Results.Text(string.Join(
                ' ',
                context.FunctionDefinition.Name,
                context.FunctionId,
                context.BindingContext.BindingData["ID"],
                context.GetHttpContext()?.Request.Method,
                Guid.TryParse(context.InvocationId, out _)));
    }
}
