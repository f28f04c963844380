using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Drover.Upstreams.Http;

/// <summary>Trusts certificates of a file beside those that the machine trusts.</summary>
internal static class TrustedCertificates
{
    /// <summary>How servers are checked.</summary>
    /// <param name="caFile">A PEM file; empty: only what the machine trusts.</param>
    public static SslClientAuthenticationOptions Options(string caFile)
    {
        if (caFile.Length == 0)
        {
            return new SslClientAuthenticationOptions();
        }

        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(caFile);
        return new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => errors == SslPolicyErrors.None
                || (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is not null
                    ? IsSignedBy(trusted, certificate, chain)
                    : throw new AuthenticationException($"{errors}.")),
        };
    }

    /// <exception cref="AuthenticationException">It is not; the message has the reasons by their names.</exception>
    private static bool IsSignedBy(X509Certificate2Collection trusted, X509Certificate certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        using var server = new X509Certificate2(certificate);
        return chain.Build(server)
            ? true
            : throw new AuthenticationException($"{string.Join(", ", chain.ChainStatus.Select(s => s.Status).Distinct())}.");
    }
}
