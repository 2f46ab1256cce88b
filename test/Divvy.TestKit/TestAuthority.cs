using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Divvy.TestKit;

/// <summary>A certificate authority that lives as long as a test, and issues certificates for loopback that serve as
/// server's and as client's.</summary>
public sealed class TestAuthority : IDisposable
{
    private static readonly TimeSpan lifetime = TimeSpan.FromDays(1);

    private readonly TempDirectory directory = new("tls");

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=Test authority {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow - lifetime, DateTimeOffset.UtcNow + lifetime);
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>Issues a certificate with its private key for 127.0.0.1, ::1 and localhost.</summary>
    /// <param name="commonName">The name in its subject.</param>
    /// <param name="forClients">False: a client may not use it, only a server.</param>
    public X509Certificate2 Issue(string commonName, bool forClients = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        OidCollection usages = [new Oid("1.3.6.1.5.5.7.3.1")];
        if (forClients)
            usages.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, false));
        using var signed = request.Create(
            Certificate, Certificate.NotBefore, Certificate.NotAfter, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Writes a certificate as PEM and returns the path.</summary>
    public string WriteCertificate(string name, X509Certificate2 certificate)
    {
        File.WriteAllText(directory.File(name), certificate.ExportCertificatePem());
        return directory.File(name);
    }

    /// <summary>Writes the private key of a certificate as PEM (PKCS #8) and returns the path.</summary>
    public string WriteKey(string name, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()
            ?? throw new InvalidOperationException($"{certificate.Subject} has no private key");
        File.WriteAllText(directory.File(name), key.ExportPkcs8PrivateKeyPem());
        return directory.File(name);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        directory.Dispose();
    }
}
