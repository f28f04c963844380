using System.Net.Sockets;
using System.Security.Authentication;
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
            { HttpRequestError: HttpRequestError.SecureConnectionError } when fault.InnerException is AuthenticationException tls => Result(
                "untrusted_certificate",
                $"The certificate of {baseUrl} is not trusted: {tls.Message} Set {options.Section}:CaFile to a PEM file with the certificates to trust."),
            { HttpRequestError: HttpRequestError.ConnectionError }
                when fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
                Result("connection_refused", $"Nothing listens at {baseUrl} ({setting}): {fault.Message}"),
            { HttpRequestError: HttpRequestError.ProxyTunnelError } =>
                Result("proxy_refused", $"The proxy does not lead to {baseUrl} (HTTP_PROXY, HTTPS_PROXY, NO_PROXY): {fault.Message}"),
            _ => null,
        };
    }

    private static CallResult Result(string code, string message) =>
        new(Outcome.SetupWrong) { ErrorCode = code, ErrorMessage = Excerpt.Of(message) };
}
