using Divvy.Store.Auth;

namespace Divvy.Store.Tests.Auth;

public sealed class PasswordHasherTests : IDisposable
{
    private readonly PasswordHasher hasher = new(iterations: 10);

    public void Dispose() => hasher.Dispose();

    [Theory]
    [InlineData("secret")]
    [InlineData("")]
    [InlineData("pässwörd \u2713")]
    public async Task Verify_ItsOwnHash_HoldsForThatPasswordOnly(string password)
    {
        var hash = await hasher.HashAsync(password, default);

        hash.ShouldStartWith("pbkdf2-sha256$10$");
        (await hasher.VerifyAsync(password, hash, default)).ShouldBeTrue();
        (await hasher.VerifyAsync(password + "x", hash, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task Hash_SamePasswordTwice_Differs() =>
        (await hasher.HashAsync("secret", default)).ShouldNotBe(await hasher.HashAsync("secret", default));

    [Fact]
    public async Task Verify_HashOfAnotherCount_StillHolds()
    {
        using var dearer = new PasswordHasher(iterations: 20);

        (await dearer.VerifyAsync("secret", await hasher.HashAsync("secret", default), default)).ShouldBeTrue();
    }

    /// <summary>PBKDF2-HMAC-SHA-256 as others compute it (RFC 7914, section 11: "passwd", "salt", 1 round).</summary>
    [Fact]
    public async Task Verify_TestVectorOfTheRfc_Holds()
    {
        var hash = Convert.FromHexString("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
        var stored = $"pbkdf2-sha256$1${Convert.ToBase64String("salt"u8)}${Convert.ToBase64String(hash)}";

        (await hasher.VerifyAsync("passwd", stored, default)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy")]
    [InlineData("pbkdf2-sha256$x$c2FsdA==$aGFzaA==")]
    public async Task Verify_ForeignHash_SaysSo(string hash) =>
        await Should.ThrowAsync<FormatException>(() => hasher.VerifyAsync("secret", hash, default));
}
