namespace Divvy.Consensus.State;

/// <summary>Why a cluster refuses part of its work until an operator has looked. The numbers are etcd's.</summary>
public enum AlarmKind
{
    None,

    /// <summary>A member's data outgrew its quota: what needs room is refused.</summary>
    NoSpace,

    /// <summary>Members hold different data: what would read or change it is refused.</summary>
    Corrupt,
}
