using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Divvy.Rpc.Tls;

/// <summary>Certificates from PEM files, with errors that name the file.</summary>
public static class PemFiles
{
    /// <summary>All certificates of a file, to be trusted as authorities.
    /// <exception cref="InvalidOperationException">The file cannot be read or holds no certificate.</exception>
    /// </summary>
    public static X509Certificate2Collection LoadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            throw new InvalidOperationException(
                $"cannot read certificates from {path}: {exception.Message}", exception);
        }

        return authorities.Count > 0
            ? authorities
            : throw new InvalidOperationException($"{path} holds no certificate in PEM form");
    }

    /// <summary>A certificate with its private key.
    /// <exception cref="InvalidOperationException">A file cannot be read, or the two do not belong together.
    /// </exception></summary>
    public static X509Certificate2 LoadCertificate(string certificatePath, string keyPath)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            throw new InvalidOperationException(
                $"cannot read the certificate {certificatePath} with the key {keyPath}: {exception.Message}",
                exception);
        }
    }

    private static bool IsUnreadable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
