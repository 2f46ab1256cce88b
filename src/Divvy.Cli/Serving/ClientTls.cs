using System.Security.Cryptography.X509Certificates;
using Divvy.Cli.Output;
using Divvy.Rpc.Listening;
using Divvy.Rpc.Tls;

namespace Divvy.Cli.Serving;

/// <summary>Certificates of the port that clients connect to.</summary>
/// <param name="CertificatePath">The server's certificate.</param>
/// <param name="KeyPath">Its private key.</param>
/// <param name="AuthorityPath">The authority of clients' certificates, each of which must then show one; null: clients
/// show none.</param>
internal sealed record ClientTls(string CertificatePath, string KeyPath, string? AuthorityPath)
{
    /// <exception cref="CommandException">A file cannot be read, or the key is another certificate's.</exception>
    public RpcListenOptions Load()
    {
        try
        {
            using var pem = PemFiles.LoadCertificate(CertificatePath, KeyPath);
            return new RpcListenOptions
            {
                // Some platforms cannot use a key that exists in memory only.
                ServerCertificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null),
                ClientAuthorities = AuthorityPath is null ? null : PemFiles.LoadAuthorities(AuthorityPath),
            };
        }
        catch (InvalidOperationException failure)
        {
            throw new CommandException(ExitCode.NotFound, failure.Message, failure);
        }
    }
}
