using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Divvy.Rpc.Tls;

namespace Divvy.Store.Peers;

/// <summary>Mutual TLS on a connection between members. Thread-safe.</summary>
internal sealed class PeerTls : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 certificate;
    private readonly X509Certificate2Collection authorities;
    private readonly SslStreamCertificateContext context;

    /// <exception cref="InvalidOperationException">A file cannot be read; names it.</exception>
    public PeerTls(PeerTlsOptions options)
    {
        authorities = PemFiles.LoadAuthorities(options.TrustedAuthorityPath);
        certificate = PemFiles.LoadCertificate(options.CertificatePath, options.KeyPath);
        context = SslStreamCertificateContext.Create(certificate, null, offline: true);
    }

    /// <summary>Secures a connection this member opened.
    /// <exception cref="AuthenticationException">The other side is not trusted; says why.</exception></summary>
    public async Task<Stream> SecureClientAsync(Stream stream, string host, CancellationToken cancellationToken)
    {
        string? complaint = null;
        var secured = new SslStream(stream, leaveInnerStreamOpen: false);
        await AuthenticateAsync(secured, () => complaint, secured.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ClientCertificateContext = context,
                RemoteCertificateValidationCallback = (_, shown, _, errors) =>
                    (complaint = Complaint(shown, errors, ServerUse)) is null,
            },
            cancellationToken)).ConfigureAwait(false);
        return secured;
    }

    /// <summary>Secures a connection another member opened.
    /// <exception cref="AuthenticationException">The other side is not trusted; says why.</exception></summary>
    public async Task<Stream> SecureServerAsync(Stream stream, CancellationToken cancellationToken)
    {
        string? complaint = null;
        var secured = new SslStream(stream, leaveInnerStreamOpen: false);
        await AuthenticateAsync(secured, () => complaint, secured.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = context,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, shown, _, errors) =>
                    (complaint = Complaint(shown, errors & ~SslPolicyErrors.RemoteCertificateNameMismatch, ClientUse))
                    is null,
            },
            cancellationToken)).ConfigureAwait(false);
        return secured;
    }

    public void Dispose() => certificate.Dispose();

    private static async Task AuthenticateAsync(SslStream secured, Func<string?> complaint, Task handshake)
    {
        try
        {
            await handshake.ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            if (failure is AuthenticationException)
                throw new AuthenticationException(complaint() ?? $"TLS failed: {Innermost(failure)}", failure);
            throw;
        }
    }

    private string? Complaint(X509Certificate? shown, SslPolicyErrors errors, string use)
    {
        if (shown is not X509Certificate2 certificate)
            return "it showed no certificate";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ApplicationPolicy.Add(new(use));
        if (!chain.Build(certificate))
        {
            var statuses = chain.ChainStatus.Select(status => status.StatusInformation.Trim().TrimEnd('.'));
            return $"its certificate {certificate.Subject} is not trusted: {string.Join(", ", statuses.Distinct())}";
        }

        return (errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0
            ? $"its certificate {certificate.Subject} is for another host"
            : null;
    }

    private static string Innermost(Exception failure) => failure.GetBaseException().Message;
}
