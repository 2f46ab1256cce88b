using Divvy.Client.Etcd;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Client.Tests.Etcd;

public sealed class RetryBackoffTests
{
    private static readonly TimeSpan lowest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan highest = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 100)]
    [InlineData(5, 800)]
    [InlineData(6, 1000)]
    [InlineData(1_000_000, 1000)]
    public void Pause_HighestDice_DoublesUpToTheLimit(int round, int expected) =>
        RetryBackoff.Pause(round, lowest, highest, dice: 1).TotalMilliseconds.ShouldBe(expected, 0.001);

    [Fact]
    public void Pause_AnyRoundAndDice_StaysInTheUpperHalf() => Prop.ForAll(
        ArbMap.Default.ArbFor<PositiveInt>(),
        Gen.Choose(0, 999).ToArbitrary(),
        (round, dice) =>
        {
            var full = RetryBackoff.Pause(round.Get, lowest, highest, 1);
            var pause = RetryBackoff.Pause(round.Get, lowest, highest, dice / 1000.0);
            return pause >= full / 2 && pause <= full && pause <= highest && pause >= lowest / 2;
        }).QuickCheckThrowOnFailure();
}
