namespace Divvy.Consensus.Raft;

/// <summary>One entry of the replicated log.</summary>
public readonly record struct Entry(Term Term, LogIndex Index, EntryKind Kind, ReadOnlyMemory<byte> Data)
{
    /// <summary>Bytes an entry costs besides its data, counted towards every size limit: an estimate of its
    /// frame.</summary>
    public const int Overhead = 24;

    public ulong Size => (ulong)(Data.Length + Overhead);

    public bool Equals(Entry other) =>
        Term == other.Term && Index == other.Index && Kind == other.Kind && Data.Span.SequenceEqual(other.Data.Span);

    public override int GetHashCode() => unchecked((int)((Index.Value * 31) + Term.Value));

    public override string ToString() => $"{Term}/{Index} {Kind} ({Data.Length} bytes)";
}
