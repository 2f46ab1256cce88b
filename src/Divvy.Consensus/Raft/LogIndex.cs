using System.Globalization;

namespace Divvy.Consensus.Raft;

/// <summary>A position in the replicated log; the first entry is at 1, 0 is before it (paper section 5.3).</summary>
public readonly record struct LogIndex(ulong Value) : IComparable<LogIndex>
{
    public static readonly LogIndex Zero = default;

    public LogIndex Next => new(Value + 1);

    public static bool operator <(LogIndex left, LogIndex right) => left.Value < right.Value;

    public static bool operator >(LogIndex left, LogIndex right) => left.Value > right.Value;

    public static bool operator <=(LogIndex left, LogIndex right) => left.Value <= right.Value;

    public static bool operator >=(LogIndex left, LogIndex right) => left.Value >= right.Value;

    public static LogIndex operator +(LogIndex index, ulong count) => new(index.Value + count);

    /// <summary>How many entries lie after <paramref name="right"/> up to and with <paramref name="left"/>.</summary>
    public static ulong operator -(LogIndex left, LogIndex right) => left.Value - right.Value;

    public LogIndex Previous => new(Value - 1);

    public static LogIndex Min(LogIndex left, LogIndex right) => left < right ? left : right;

    public static LogIndex Max(LogIndex left, LogIndex right) => left > right ? left : right;

    public int CompareTo(LogIndex other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
