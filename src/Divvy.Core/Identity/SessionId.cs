using System.Globalization;

namespace Divvy.Core.Identity;

/// <summary>An instance's liveness: the id of the store lease under its key. Never reused by the store.</summary>
public readonly record struct SessionId(long Value) : IComparable<SessionId>
{
    public static readonly SessionId None = default;

    public bool IsNone => Value == 0;

    public int CompareTo(SessionId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("x", CultureInfo.InvariantCulture);
}
