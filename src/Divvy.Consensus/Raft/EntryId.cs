namespace Divvy.Consensus.Raft;

/// <summary>Term and index name an entry: two logs that agree here agree before (Log Matching, paper section
/// 5.3).</summary>
public readonly record struct EntryId(Term Term, LogIndex Index)
{
    public static readonly EntryId Zero = default;

    /// <summary>Paper section 5.4.1: the later last term wins, then the longer log.</summary>
    public bool IsAtLeastAsUpToDateAs(EntryId other) =>
        Term > other.Term || (Term == other.Term && Index >= other.Index);

    public override string ToString() => $"{Term}/{Index}";
}
