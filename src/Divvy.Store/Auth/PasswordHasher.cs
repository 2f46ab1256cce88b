using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Divvy.Store.Auth;

/// <summary>
/// Hashes passwords so that whoever reads the log or a snapshot cannot tell them: PBKDF2 with HMAC-SHA-256 (RFC 8018),
/// a salt for each, as <c>pbkdf2-sha256$ITERATIONS$SALT$HASH</c>, the last two in base64. etcd uses bcrypt, which the
/// framework does not have; hashes do not travel between the two. The count is kept with each hash, so raising it
/// leaves the old ones valid.
/// <para>A hash costs a good part of a second of one core by design. At most half of the cores hash at a time; the rest
/// wait in line, each with the call that it belongs to.</para>
/// </summary>
internal sealed class PasswordHasher(int iterations) : IDisposable
{
    private const string Algorithm = "pbkdf2-sha256";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    private readonly SemaphoreSlim places = new(Math.Max(1, Environment.ProcessorCount / 2));

    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        InPlaceAsync(() => Hash(password, RandomNumberGenerator.GetBytes(SaltBytes)), cancellationToken);

    /// <summary>Whether this password was hashed to this.
    /// <exception cref="FormatException">The hash is of no kind that this version knows.</exception></summary>
    public Task<bool> VerifyAsync(string password, string hash, CancellationToken cancellationToken) =>
        InPlaceAsync(() => Verify(password, hash), cancellationToken);

    public void Dispose() => places.Dispose();

    private static bool Verify(string password, string hash)
    {
        if (hash.Split('$') is not [Algorithm, var count, var salt, var expected]
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations))
        {
            throw new FormatException("A password hash is of no kind that this version knows");
        }
        var wanted = Convert.FromBase64String(expected);
        var found = Derive(password, Convert.FromBase64String(salt), iterations, wanted.Length);
        return CryptographicOperations.FixedTimeEquals(found, wanted);
    }

    private static byte[] Derive(string password, byte[] salt, int iterations, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, length);

    private string Hash(string password, byte[] salt)
    {
        var hash = Convert.ToBase64String(Derive(password, salt, iterations, HashBytes));
        return string.Create(
            CultureInfo.InvariantCulture, $"{Algorithm}${iterations}${Convert.ToBase64String(salt)}${hash}");
    }

    private async Task<T> InPlaceAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }
}
