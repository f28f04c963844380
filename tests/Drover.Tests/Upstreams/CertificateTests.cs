using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Drover.Throttling;
using Drover.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Upstreams;

/// <summary>An upstream behind TLS whose certificate the machine does not trust.</summary>
public sealed class CertificateTests
{
    private static readonly X509Certificate2 Authority = AuthorityOf("CN=Drover test authority");

    [Fact]
    public async Task CallAsync_CertificateOfAnUnknownAuthority_IsAWrongSetUpThatNamesTheSetting()
    {
        var result = await CallAsync(Signed("localhost"), caFile: "");

        Assert.Equal((Outcome.SetupWrong, "untrusted_certificate"), (result.Outcome, result.ErrorCode));
        Assert.Contains("https://localhost", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("is not trusted", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("Drover:Upstream:CaFile", result.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallAsync_AuthorityInTheCaFile_IsTrusted()
    {
        var result = await WithCaFileAsync(Authority, Signed("localhost"));

        Assert.Equal(Outcome.Result, result.Outcome);
    }

    [Fact]
    public async Task CallAsync_AnotherAuthorityInTheCaFile_IsNot()
    {
        var result = await WithCaFileAsync(AuthorityOf("CN=Another"), Signed("localhost"));

        Assert.Equal((Outcome.SetupWrong, "untrusted_certificate"), (result.Outcome, result.ErrorCode));
    }

    [Fact]
    public async Task CallAsync_CertificateForAnotherName_SaysSo()
    {
        var result = await WithCaFileAsync(Authority, Signed("elsewhere.example"));

        Assert.Equal((Outcome.SetupWrong, "untrusted_certificate"), (result.Outcome, result.ErrorCode));
        Assert.Contains("it is for another name", result.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("CaFile", result.ErrorMessage, StringComparison.Ordinal); // That would not help.
    }

    [Fact]
    public async Task CallAsync_CertificateThatHasExpired_SaysSo()
    {
        var result = await WithCaFileAsync(Authority, Signed("localhost", expired: true));

        Assert.Equal((Outcome.SetupWrong, "untrusted_certificate"), (result.Outcome, result.ErrorCode));
        Assert.Contains("it has expired or is not valid yet", result.ErrorMessage, StringComparison.Ordinal);
    }

    private static async Task<CallResult> WithCaFileAsync(X509Certificate2 authority, X509Certificate2 server)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, authority.ExportCertificatePem());
            return await CallAsync(server, file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<CallResult> CallAsync(X509Certificate2 certificate, string caFile)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        await using var app = builder.Build();
        app.MapPost("/v1/chat/completions", () => Results.Text(
            """{"choices":[{"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}""", "application/json"));
        await app.StartAsync();
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 1 }, TimeProvider.System);
        using var upstream = new Upstream(
            new UpstreamOptions
            {
                BaseUrl = $"https://localhost:{new Uri(app.Urls.First()).Port}/v1",
                ApiKey = "sk-test",
                ConnectionRetries = 0,
                CaFile = caFile,
            },
            throttle, TimeProvider.System, NullLogger<Upstream>.Instance);
        using var answer = await upstream.CallAsync(
            new ApiCall("/v1/chat/completions", "{}"u8.ToArray(), null), await throttle.AcquireAsync(0, default), default).WithinPatience();
        return answer.Result;
    }

    private static X509Certificate2 AuthorityOf(string name)
    {
        var request = new CertificateRequest(name, RSA.Create(2048), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
    }

    private static X509Certificate2 Signed(string host, bool expired = false)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var until = expired ? DateTimeOffset.UtcNow.AddDays(-1) : DateTimeOffset.UtcNow.AddDays(30);
        using var certificate = request.Create(Authority, DateTimeOffset.UtcNow.AddDays(-30), until, RandomNumberGenerator.GetBytes(8));
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }
}
