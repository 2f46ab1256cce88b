using System.Globalization;

namespace Divvy.Core.Identity;

/// <summary>The fencing token of a shard: grows by one or more at every change of owner, never shrinks; 0 before
/// the first owner.</summary>
public readonly record struct Generation(long Value) : IComparable<Generation>
{
    public Generation Next => new(Value + 1);

    public int CompareTo(Generation other) => Value.CompareTo(other.Value);

    public static bool operator <(Generation left, Generation right) => left.Value < right.Value;

    public static bool operator >(Generation left, Generation right) => left.Value > right.Value;

    public static bool operator <=(Generation left, Generation right) => left.Value <= right.Value;

    public static bool operator >=(Generation left, Generation right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
