using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;

namespace Divvy.Consensus.Tests.Mvcc.Watching;

public sealed class IntervalTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Find_AfterRandomChanges_FindsWhatAskingAllFinds(int seed)
    {
        var dice = new Random(seed);
        var tree = new IntervalTree();
        var all = new Dictionary<string, (KeyRange Range, WatcherGroup Group)>();
        for (var step = 0; step < 5000; step++)
        {
            var (start, end) = (dice.Next(60), dice.Next(5) == 0 ? -1 : dice.Next(60));
            var range = end < 0 ? KeyRange.From(Key(start)) : KeyRange.Interval(Key(start), Key(end));
            var name = $"{start} {end}";
            if (dice.Next(100) < (step / 1000 % 2 == 0 ? 70 : 30))
            {
                all.TryAdd(name, (range, tree.GetOrAdd(range)));
                tree.GetOrAdd(range).ShouldBeSameAs(all[name].Group);
            }
            else if (all.Remove(name))
            {
                tree.Remove(range);
            }
            if (step % 10 > 0)
                continue;
            var key = Key(dice.Next(60));
            var found = new List<WatcherGroup>();
            tree.Find(key, found);
            found.ShouldBe(
                all.Values.Where(entry => entry.Range.Contains(key)).Select(entry => entry.Group), ignoreOrder: true);
            tree.Height.ShouldBeLessThanOrEqualTo((int)(1.45 * Math.Log2(all.Count + 2)) + 1);
        }
    }

    [Fact]
    public void GetOrAdd_RangesInOrder_StayInAShallowTree()
    {
        var tree = new IntervalTree();
        for (var number = 0; number < 10_000; number++)
            tree.GetOrAdd(KeyRange.Interval(Key(number), Key(number + 1)));

        tree.Height.ShouldBeLessThan(20);
        var found = new List<WatcherGroup>();
        tree.Find(Key(5000), found);
        found.Single().Range.Start.ToArray().ShouldBe(Key(5000));
    }

    private static byte[] Key(int number) => [(byte)(number >> 8), (byte)number];
}
