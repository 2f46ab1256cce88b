using System.Text;
using Divvy.Core.Keys;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Core.Tests.Keys;

public sealed class KeyHashTests
{
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("xxhash", 0x32DD38952C4BC720)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void Of_PublishedTexts_HaveTheirPublishedHashes(string key, ulong expected)
    {
        KeyHash.Of(key).ShouldBe(expected);
        KeyHash.Of(Encoding.UTF8.GetBytes(key)).ShouldBe(expected);
    }

    /// <summary>The sanity checks of xxHash's own test program: bytes of its generator, several lengths, seed
    /// 0.</summary>
    [Theory]
    [InlineData(0, 0xEF46DB3751D8E999)]
    [InlineData(1, 0xE934A84ADB052768)]
    [InlineData(4, 0x9136A0DCA57457EE)]
    [InlineData(14, 0x8282DCC4994E35C8)]
    [InlineData(222, 0xB641AE8CB691C174)]
    public void Of_SanityBuffer_HasThePublishedHash(int length, ulong expected)
    {
        var bytes = new byte[length];
        var generator = 2654435761UL;
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)(generator >> 56);
            generator *= 11400714785074694797UL;
        }
        KeyHash.Of(bytes).ShouldBe(expected);
    }

    [Fact]
    public void Of_Characters_IsTheHashOfTheirUtf8Bytes() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), key =>
            key is null || KeyHash.Of(key) == KeyHash.Of(Encoding.UTF8.GetBytes(key))).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(39)]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(340)]
    [InlineData(341)]
    [InlineData(5000)]
    public void Of_WidestCharactersAtEveryBufferSize_IsTheHashOfTheirUtf8Bytes(int length)
    {
        var key = new string('\u20AC', length);
        KeyHash.Of(key).ShouldBe(KeyHash.Of(Encoding.UTF8.GetBytes(key)));
    }

    [Fact]
    public void Of_EveryShortLengthWithAndWithoutAnotherCharacterAnywhere_IsTheHashOfTheirUtf8Bytes()
    {
        for (var length = 0; length <= 70; length++)
        {
            var ascii = string.Concat(Enumerable.Range(0, length).Select(i => (char)(i * 37 % 128)));
            KeyHash.Of(ascii).ShouldBe(KeyHash.Of(Encoding.UTF8.GetBytes(ascii)));
            for (var i = 0; i < length; i++)
            {
                var other = ascii.Remove(i, 1).Insert(i, "\u0080");
                KeyHash.Of(other).ShouldBe(KeyHash.Of(Encoding.UTF8.GetBytes(other)));
            }
        }
    }

    [Fact]
    public void Of_LoneSurrogate_CountsAsReplacementCharacter() =>
        KeyHash.Of("a\uD800b").ShouldBe(KeyHash.Of("a\uFFFDb"));

    [Fact]
    public void Of_ManyKeys_SpreadEvenlyOverTheSpace()
    {
        var counts = new int[16];
        for (var i = 0; i < 16_000; i++) counts[KeyHash.Of($"customer-{i}") >> 60]++;
        counts.Min().ShouldBeGreaterThan(850);
        counts.Max().ShouldBeLessThan(1150);
    }

    [Fact]
    public void Of_KeysThatFitTheStack_AllocatesNothing()
    {
        var key = new string('k', KeyHash.MaxStackChars);
        KeyHash.Of(key);
        var before = GC.GetAllocatedBytesForCurrentThread();
        KeyHash.Of(key);
        KeyHash.Of("customer-17");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
