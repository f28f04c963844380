using System.Net;

namespace Drover.LocalHost.Tests;

/// <summary>A host with two callers and an admin: what one has made is not there for the other, whatever the route.</summary>
public sealed class CallerTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Items = """{"id":"mine","items":[{"id":"a","text":"one"}]}""";

    // What the routes without an id are; a new one must be given its place, and its test.
    private static readonly string[] Lists = ["v1/files", "v1/batches", "api/batches"];
    private static readonly string[] Calls =
        ["v1/chat/completions", "v1/responses", "v1/embeddings", "v1/completions", "api/answers", "v1/files", "v1/batches", "api/batches"];

    private static readonly string[] OfTheHost = ["v1/models/{*model}", "api/models", "api/upstreams", "v1/{*rest}"];

    private readonly TwoCallers _host = new(azurite);

    public async ValueTask InitializeAsync() => await _host.ServeAsync(keys: true);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task EveryRouteWithAnId_ForAnotherKey_AnswersAsIfThereWereNoSuchThing()
    {
        var made = await _host.MakeAsync(_host.Alice);
        var checks = 0;
        foreach (var (_, method, route) in HttpRoutes.All.Where(r => !OfTheHost.Contains(r.Route)))
        {
            if (!route.Contains('{', StringComparison.Ordinal))
            {
                Assert.Contains(route, method == "GET" ? Lists : Calls);
                continue;
            }

            foreach (var (id, unknown) in made.Of(route))
            {
                var (there, missing) = (HttpRoutes.PathOf(route, id), HttpRoutes.PathOf(route, unknown));
                var answer = await _host.SendAsync(_host.Bob, method, there);
                var nothing = await _host.SendAsync(_host.Bob, method, missing);
                Assert.True(answer.Status == HttpStatusCode.NotFound, $"{method} {there}: {answer.Status}");
                Assert.Equal(nothing.Body.Replace(unknown, id, StringComparison.Ordinal), answer.Body);
                Assert.Equal(nothing.Headers, answer.Headers);
                checks++;
            }
        }

        Assert.True(checks > 20, $"{checks}");
        await AssertGoesOnAsync(_host.Admin, made);
        await AssertGoesOnAsync(_host.Alice, made);
    }

    [Fact]
    public async Task Lists_AreOfWhatTheKeyHasMade_AndSayNothingOfOthersByTheirPages()
    {
        var older = await _host.MakeAsync(_host.Bob, "older");
        var made = await _host.MakeAsync(_host.Alice);
        await _host.MakeAsync(_host.Bob, "newer"); // What a page after one of hers would leave out.
        foreach (var list in Lists)
        {
            var hers = await _host.IdsAsync(_host.Alice, $"/{list}");
            var his = await _host.IdsAsync(_host.Bob, $"/{list}");
            Assert.NotEmpty(hers);
            Assert.NotEmpty(his);
            Assert.Empty(hers.Intersect(his));
            Assert.Equal(hers.Concat(his).Order(), (await _host.IdsAsync(_host.Admin, $"/{list}")).Order());

            foreach (var (id, unknown) in made.Of($"{list}/{{id}}"))
            {
                var answer = await _host.SendAsync(_host.Bob, "GET", $"/{list}?after={id}");
                var nothing = await _host.SendAsync(_host.Bob, "GET", $"/{list}?after={unknown}");
                if (!id.StartsWith("file-", StringComparison.Ordinal) || FileIsOfABatch(id))
                {
                    Assert.Equal(
                        (nothing.Status, nothing.Body.Replace(unknown, id, StringComparison.Ordinal)), (answer.Status, answer.Body));
                }
            }
        }

        Assert.DoesNotContain(older.Upload, await _host.IdsAsync(_host.Alice, "/v1/files"));
    }

    [Fact]
    public async Task WhatAnotherKeyHas_IsNoInputAndNoIdToTakeUp()
    {
        var made = await _host.MakeAsync(_host.Alice);
        var taken = await _host.SendAsync(_host.Bob, "POST", "/api/batches", Items.Replace("mine", made.Plain, StringComparison.Ordinal));
        var file = await _host.SendAsync(_host.Bob, "POST", "/v1/batches", TwoCallers.BatchOf(made.Upload));
        var unknown = await _host.SendAsync(_host.Bob, "POST", "/v1/batches", TwoCallers.BatchOf(Made.NoUpload));
        var stream = await _host.SendAsync(_host.Bob, "POST", "/v1/chat/completions", TwoCallers.Chat, $"{made.Stream}.00000000.1");

        Assert.Equal(HttpStatusCode.Conflict, taken.Status);
        Assert.Equal(HttpStatusCode.NotFound, file.Status);
        Assert.Equal(unknown.Body.Replace(Made.NoUpload, made.Upload, StringComparison.Ordinal), file.Body);
        Assert.Equal(HttpStatusCode.NotFound, stream.Status);
        Assert.Contains("stream_not_found", stream.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnswersThatAreKept_AreEachKeysOwn()
    {
        var (alice, bob) = (_host.Alice, _host.Bob);
        foreach (var (key, id, calls) in new[] { (alice, "a1", 1), (bob, "b1", 2), (alice, "a2", 2), (bob, "b2", 2) })
        {
            await _host.RunAsync(key, $$"""{"id":"{{id}}","cache":true,"items":[{"id":"a","text":"the same"}]}""");
            Assert.Equal(calls, _host.Processed);
        }
    }

    [Fact]
    public async Task WhatWasMadeWithoutAKey_IsForAdmins_AndAHostWithoutKeysShowsAll()
    {
        await _host.ServeAsync(keys: false);
        var before = await _host.MakeAsync(null, "before");
        await _host.ServeAsync(keys: true);
        var made = await _host.MakeAsync(_host.Alice);

        foreach (var path in before.Paths)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await _host.SendAsync(_host.Alice, "GET", path)).Status);
            Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(_host.Admin, "GET", path)).Status);
        }

        await _host.ServeAsync(keys: false);
        foreach (var path in made.Paths.Concat(before.Paths))
        {
            Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(null, "GET", path)).Status);
        }
    }

    private static bool FileIsOfABatch(string id) => id.Count(c => c == '-') > 1;

    private async Task AssertGoesOnAsync(string key, Made made)
    {
        foreach (var path in made.Paths)
        {
            var answer = await _host.SendAsync(key, "GET", path);
            Assert.True(answer.Status == HttpStatusCode.OK, $"{path}: {answer.Status} {answer.Body}");
        }

        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(key, "POST", $"/api/batches/{made.Batch}/retry")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(key, "POST", $"/v1/batches/{made.Plain}/retry")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _host.SendAsync(key, "DELETE", $"/v1/streams/{made.Stream}")).Status);
    }
}
