using System.Globalization;

namespace Divvy.Core.Identity;

/// <summary>A revision of the store. A shard record's mod revision orders everything said about the shard (R7,
/// R11); 0: none.</summary>
public readonly record struct Revision(long Value) : IComparable<Revision>
{
    public static readonly Revision None = default;

    public int CompareTo(Revision other) => Value.CompareTo(other.Value);

    public static bool operator <(Revision left, Revision right) => left.Value < right.Value;

    public static bool operator >(Revision left, Revision right) => left.Value > right.Value;

    public static bool operator <=(Revision left, Revision right) => left.Value <= right.Value;

    public static bool operator >=(Revision left, Revision right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
