using System.Buffers.Binary;
using Divvy.Consensus.Mvcc;

namespace Divvy.Consensus.Tests.Mvcc;

public sealed class KeyIndexTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AddAndRemove_AtRandom_HoldsWhatASortedDictionaryHolds(int seed)
    {
        var dice = new Random(seed);
        var index = new KeyIndex();
        var model = new SortedDictionary<uint, KeyHistory>();
        for (var step = 0; step < 20_000; step++)
        {
            var number = (uint)dice.Next(3000);
            // Phases of growth and of shrinking, so that nodes split and nodes vanish.
            if (dice.Next(100) < (step / 4000 % 2 == 0 ? 80 : 20))
                model[number] = index.GetOrAdd(Key(number));
            else if (model.Remove(number, out var history))
                index.Remove(history).ShouldBeTrue();
        }

        index.Count.ShouldBe(model.Count);
        Visit(index, KeyRange.From(Array.Empty<byte>())).ShouldBe(model.Values);
        var (low, high) = (Key(500), Key(2500));
        Visit(index, KeyRange.Interval(low, high))
            .ShouldBe(model.Where(entry => entry.Key is >= 500 and < 2500).Select(entry => entry.Value));
        foreach (var (number, history) in model)
            index.Find(Key(number)).ShouldBe(history);
    }

    [Fact]
    public void Remove_EverythingInEitherOrder_LeavesAWorkingIndex()
    {
        foreach (var backwards in new[] { false, true })
        {
            var index = new KeyIndex();
            var histories = Enumerable.Range(0, 10_000).Select(number => index.GetOrAdd(Key((uint)number))).ToList();
            if (backwards)
                histories.Reverse();
            histories.ForEach(history => index.Remove(history).ShouldBeTrue());

            index.Count.ShouldBe(0);
            Visit(index, KeyRange.From(Array.Empty<byte>())).ShouldBeEmpty();
            var again = index.GetOrAdd(Key(5));
            Visit(index, KeyRange.From(Array.Empty<byte>())).ShouldBe([again]);
        }
    }

    [Fact]
    public void Remove_HistoryThatWasReplaced_LeavesTheNewOne()
    {
        var index = new KeyIndex();
        var old = index.GetOrAdd(Key(1));
        index.Remove(old);
        var replacement = index.GetOrAdd(Key(1));

        index.Remove(old).ShouldBeFalse();

        index.Find(Key(1)).ShouldBe(replacement);
    }

    [Fact]
    public void Visit_VisitorSaysNo_Stops()
    {
        var index = new KeyIndex();
        for (var number = 0u; number < 200; number++)
            index.GetOrAdd(Key(number));
        var visits = 0;

        index.Visit(KeyRange.From(Array.Empty<byte>()), _ => ++visits < 100);

        visits.ShouldBe(100);
    }

    private static byte[] Key(uint number)
    {
        var key = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(key, number);
        return key;
    }

    private static List<KeyHistory> Visit(KeyIndex index, KeyRange range)
    {
        var histories = new List<KeyHistory>();
        index.Visit(range, history =>
        {
            histories.Add(history);
            return true;
        });
        return histories;
    }
}
