using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;
using FsCheck;
using FsCheck.Fluent;
using static Divvy.Consensus.Tests.Auth.AuthDriver;

namespace Divvy.Consensus.Tests.Auth;

public sealed class KeyRangeSetTests
{
    private static readonly byte[] alphabet = [0, 1, 2];

    // Every end of a range of short keys, and every key just after one, is among the long ones: a gap shows there.
    private static readonly byte[][] shortKeys = Words(2);
    private static readonly byte[][] longKeys = [.. Words(3), [255]];

    private static readonly Gen<KeyRange> ranges =
        from start in Gen.Elements(shortKeys)
        from kind in Gen.Choose(0, 2)
        from end in Gen.Elements(shortKeys)
        select kind switch
        {
            0 => KeyRange.Single(start),
            1 => KeyRange.From(start),
            _ => KeyRange.Interval(start, end),
        };

    private static readonly Gen<KeyRange> bounded = ranges.Where(range => range.Kind != KeyRangeKind.From);

    [Fact]
    public void Covers_AnyRange_HoldsExactlyIfEveryKeyOfItIsInSomeMember() => Prop.ForAll(
        Gen.OneOf(bounded, bounded, ranges).ListOf().Select(list => list.Take(6).ToArray()).ToArbitrary(),
        ranges.ToArbitrary(),
        (members, asked) =>
        {
            var wanted = longKeys.Where(key => asked.Contains(key)).ToArray();
            if (wanted.Length == 0)
                return;

            var covers = KeyRangeSet.Union(members).Covers(asked);

            covers.ShouldBe(wanted.All(key => members.Any(member => member.Contains(key))));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Union_TouchingAndOverlapping_BecomeOne()
    {
        var set = KeyRangeSet.Union([Keys("b", "c"), Keys("a", "b"), Keys("bb", "d"), Key("d"), Keys("x", "\0")]);

        set.Count.ShouldBe(2);
        set.Covers(Keys("a", "d\0")).ShouldBeTrue();
        set.Covers(Keys("a", "d\0\0")).ShouldBeFalse();
        set.Covers(Key("d\0")).ShouldBeFalse();
        set.Covers(Keys("y", "\0")).ShouldBeTrue();
    }

    [Fact]
    public void Union_EmptyKeysAndInvertedIntervals_CoverNothing()
    {
        var set = KeyRangeSet.Union([Keys("", "\0"), Keys("", "z"), Keys("c", "a")]);

        set.Count.ShouldBe(0);
        set.Covers(Key("b")).ShouldBeFalse();
    }

    private static byte[][] Words(int length) =>
        [.. Enumerable.Range(1, length).SelectMany(size => Enumerable.Range(0, size).Aggregate(
            (IEnumerable<byte[]>)[[]], (words, _) => words.SelectMany(word => alphabet.Select(
                letter => (byte[])[.. word, letter]))))];
}
