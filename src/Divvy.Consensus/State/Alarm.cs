using Divvy.Consensus.Raft;

namespace Divvy.Consensus.State;

/// <summary>An alarm that a member has raised.</summary>
public readonly record struct Alarm(NodeId Member, AlarmKind Kind) : IComparable<Alarm>
{
    public int CompareTo(Alarm other)
    {
        var order = Member.CompareTo(other.Member);
        return order != 0 ? order : Kind.CompareTo(other.Kind);
    }
}
