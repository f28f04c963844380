using System.Net;
using Drover.LocalRuntime.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Drover.LocalRuntime.Tests.Triggers;

public sealed class HttpAuthorizationTests
{
    [Theory]
    [InlineData("api/Open", null, HttpStatusCode.OK)]
    [InlineData("api/Open", "wrong", HttpStatusCode.OK)]
    [InlineData("api/Keyed", null, HttpStatusCode.Unauthorized)]
    [InlineData("api/Keyed", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("api/Keyed", "secret-key-and-more", HttpStatusCode.Unauthorized)]
    [InlineData("api/Keyed", "secret-key", HttpStatusCode.OK)]
    [InlineData("api/Keyed?code=secret-key", null, HttpStatusCode.OK)]
    [InlineData("api/Keyed?code=wrong", null, HttpStatusCode.Unauthorized)]
    [InlineData("api/Keyed?code=secret-key", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("api/Default", null, HttpStatusCode.Unauthorized)]
    [InlineData("api/Master", null, HttpStatusCode.Unauthorized)]
    [InlineData("api/Master", "secret-key", HttpStatusCode.OK)]
    public async Task Request_ToAHostWithAKey_NeedsItAboveAnonymous(string path, string? key, HttpStatusCode expected)
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Functions = [typeof(Functions)], HostKey = "secret-key" });
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
        {
            request.Headers.Add("x-functions-key", key);
        }

        var response = await host.Http.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Message.Contains("secret-key"));
    }

    [Theory]
    [InlineData("api/Open")]
    [InlineData("api/Keyed")]
    [InlineData("api/Master")]
    public async Task Request_ToALoopbackHostWithoutAKey_IsAdmitted(string path)
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Functions = [typeof(Functions)] });

        Assert.Equal("", await host.Http.GetStringAsync(path));
    }

    [Fact]
    public async Task Start_OnAllAddressesWithoutAKey_IsRefused()
    {
        var refusal = await Assert.ThrowsAsync<LocalRuntimeException>(
            () => TestHost.StartAsync(new TestHostOptions { Functions = [typeof(Functions)], Url = "http://0.0.0.0:0" }));

        Assert.Matches(
            @"^The host listens on http://0\.0\.0\.0:\d+ without a host key, so that others could call Keyed, Default, Master\. Set a host key, or listen on a loopback address such as http://127\.0\.0\.1:7071\.$",
            refusal.Message);
    }

    [Fact]
    public async Task Start_OnAllAddressesWithAKey_Listens()
    {
        await using var host = await TestHost.StartAsync(
            new TestHostOptions { Functions = [typeof(Functions)], Url = "http://0.0.0.0:0", HostKey = "secret-key" });

        Assert.Empty(host.Complaints);
    }

    public static class Functions
    {
        [Function("Open")]
        public static void Open([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
        }

        [Function("Keyed")]
        public static void Keyed([HttpTrigger(AuthorizationLevel.Function)] HttpRequest request)
        {
        }

        [Function("Default")]
        public static void Default([HttpTrigger("get")] HttpRequest request)
        {
        }

        [Function("Master")]
        public static void Master([HttpTrigger(AuthorizationLevel.Admin)] HttpRequest request)
        {
        }
    }
}
