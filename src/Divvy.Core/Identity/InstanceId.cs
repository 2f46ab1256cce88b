namespace Divvy.Core.Identity;

/// <summary>Names an instance within its namespace, for people: two sessions of one id are two owners (R1).</summary>
public readonly record struct InstanceId(string Value) : IComparable<InstanceId>
{
    public int CompareTo(InstanceId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
