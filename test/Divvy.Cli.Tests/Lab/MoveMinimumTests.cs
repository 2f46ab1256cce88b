using Divvy.Cli.Lab;

namespace Divvy.Cli.Tests.Lab;

public sealed class MoveMinimumTests
{
    [Theory]
    [InlineData(new[] { 100, 100 }, 0, 0)]
    [InlineData(new[] { 100, 100 }, 1, 66)]
    [InlineData(new[] { 101, 99 }, 0, 1)]
    [InlineData(new[] { 100, 99 }, 0, 0)]
    [InlineData(new[] { 10 }, 9, 9)]
    public void Count_InstancesAdded_IsWhatIsAboveTheFairShares(int[] held, int added, int expected)
    {
        var before = held.Select((count, index) => (count, index))
            .ToDictionary(pair => $"i{pair.index}", pair => pair.count);
        List<string> after = [.. before.Keys, .. Enumerable.Range(0, added).Select(index => $"new{index}")];

        MoveMinimum.Count(before, after).ShouldBe(expected);
    }

    [Fact]
    public void Count_AnInstanceGone_IsItsShards() =>
        MoveMinimum.Count(new Dictionary<string, int> { ["a"] = 34, ["b"] = 33, ["c"] = 33 }, ["a", "b"]).ShouldBe(33);
}
