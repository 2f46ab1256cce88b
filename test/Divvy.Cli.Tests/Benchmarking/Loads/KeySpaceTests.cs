using Divvy.Cli.Benchmarking.Loads;

namespace Divvy.Cli.Tests.Benchmarking.Loads;

public sealed class KeySpaceTests
{
    // Go: k := make([]byte, 8); binary.PutVarint(k, n).
    [Theory]
    [InlineData(0, "0000000000000000")]
    [InlineData(1, "0200000000000000")]
    [InlineData(63, "7E00000000000000")]
    [InlineData(64, "8001000000000000")]
    [InlineData(99_999, "BE9A0C0000000000")]
    [InlineData(int.MaxValue - 1, "FCFFFFFF0F000000")]
    public void Write_Sequential_IsAZigZagVarintInAFixedSize(long number, string expected)
    {
        var key = new byte[8];
        key.AsSpan().Fill(0xFF);

        new KeySpace(8, int.MaxValue, isSequential: true).Write(number, key);

        Convert.ToHexString(key).ShouldBe(expected);
    }

    [Fact]
    public void Write_Sequential_StartsAgainAfterTheLast()
    {
        var space = new KeySpace(8, 100, isSequential: true);
        var key = new byte[8];

        space.Write(205, key);

        key.ShouldBe(space.Key(5));
    }

    [Fact]
    public void Write_Random_StaysInTheSpaceAndReachesAll()
    {
        var space = new KeySpace(4, 5, isSequential: false);
        var seen = new HashSet<string>();
        var key = new byte[4];

        for (var i = 0; i < 1000; i++)
        {
            space.Write(i, key);
            seen.Add(Convert.ToHexString(key));
        }

        seen.Order().ShouldBe(Enumerable.Range(0, 5).Select(number => Convert.ToHexString(space.Key(number))));
    }

    [Theory]
    [InlineData(1, 64, true)]
    [InlineData(1, 65, false)]
    [InlineData(2, 8192, true)]
    [InlineData(2, 8193, false)]
    public void Create_NumbersThatDoNotFit_AreRefused(int keySize, int count, bool fits)
    {
        if (fits)
            new KeySpace(keySize, count, isSequential: true).Count.ShouldBe(count);
        else
            Should.Throw<ArgumentException>(() => new KeySpace(keySize, count, isSequential: true))
                .Message.ShouldContain($"--key-size {keySize + 1}");
    }
}
