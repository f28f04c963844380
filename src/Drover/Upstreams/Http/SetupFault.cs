using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Drover.Json;

namespace Drover.Upstreams.Http;

/// <summary>Connections that fail for a reason that lies in the set-up, as a rule.</summary>
internal static class SetupFault
{
    /// <summary>What a connection came to; null when its fault says nothing of the set-up.</summary>
    public static CallResult? Of(HttpRequestException fault, string baseUrl, UpstreamOptions options)
    {
        var setting = options.Section + ":BaseUrl";
        return fault switch
        {
            { HttpRequestError: HttpRequestError.NameResolutionError } =>
                Result("unknown_host", $"There is no host of the name in {baseUrl} ({setting}): {fault.Message}"),
            { HttpRequestError: HttpRequestError.SecureConnectionError } when fault.InnerException is AuthenticationException tls =>
                Untrusted(baseUrl, tls, options),
            { HttpRequestError: HttpRequestError.ConnectionError }
                when fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
                Result("connection_refused", $"Nothing listens at {baseUrl} ({setting}): {fault.Message}"),
            { HttpRequestError: HttpRequestError.ProxyTunnelError } =>
                Result("proxy_refused", $"The proxy does not lead to {baseUrl} (HTTP_PROXY, HTTPS_PROXY, NO_PROXY): {fault.Message}"),
            _ => null,
        };
    }

    private static CallResult Untrusted(string baseUrl, AuthenticationException fault, UpstreamOptions options)
    {
        var (why, remedy) = fault.Message switch
        {
            var words when words.Contains(nameof(SslPolicyErrors.RemoteCertificateNameMismatch), StringComparison.Ordinal) =>
                ("it is for another name.", $"Set {options.Section}:BaseUrl to the name in it."),
            var words when words.Contains(nameof(X509ChainStatusFlags.NotTimeValid), StringComparison.Ordinal) =>
                ("it has expired or is not valid yet.", "Have it renewed, or set this machine's clock."),
            _ => (fault.Message, $"Set {options.Section}:CaFile to a PEM file with the certificates to trust."),
        };
        return Result("untrusted_certificate", $"The certificate of {baseUrl} is not trusted: {why} {remedy}");
    }

    private static CallResult Result(string code, string message) =>
        new(Outcome.SetupWrong) { ErrorCode = code, ErrorMessage = Excerpt.Of(message) };
}
