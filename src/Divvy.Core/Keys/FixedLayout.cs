using System.Collections.Immutable;
using System.Globalization;
using Divvy.Core.Identity;

namespace Divvy.Core.Keys;

/// <summary>The layout <c>fixed</c>: a number of equal ranges that never changes, named "0" to "N-1".</summary>
public static class FixedLayout
{
    /// <summary>The most shards a fixed layout may have.</summary>
    public const int MaxShards = 1_000_000;

    /// <summary>The shards of a layout of <paramref name="count"/> equal ranges, by range.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not 1 to
    /// <see cref="MaxShards"/>.</exception>
    public static ImmutableArray<ShardLayout> Shards(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxShards);
        var shards = ImmutableArray.CreateBuilder<ShardLayout>(count);
        for (var i = 0; i < count; i++)
        {
            shards.Add(new(new ShardId(i.ToString(CultureInfo.InvariantCulture)), HashRange.Equal(i, count)));
        }
        return shards.MoveToImmutable();
    }
}
