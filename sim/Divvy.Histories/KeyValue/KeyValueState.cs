using System.Collections.Immutable;

namespace Divvy.Histories.KeyValue;

/// <summary>All keys at one revision. Immutable: states of neighbouring revisions share their structure, the hash follows each
/// change at once, so that thousands can be kept and compared.</summary>
public sealed class KeyValueState : IEquatable<KeyValueState>
{
    private readonly ImmutableSortedSet<KeyRecord> records;
    private readonly int contentHash;

    private KeyValueState(long revision, ImmutableSortedSet<KeyRecord> records, int contentHash)
    {
        Revision = revision;
        this.records = records;
        this.contentHash = contentHash;
    }

    /// <summary>A fresh store: no keys, revision 1.</summary>
    public static KeyValueState Empty { get; } = new(1, ImmutableSortedSet.Create<KeyRecord>(new ByKey()), 0);

    public long Revision { get; }

    /// <summary>By key.</summary>
    public IReadOnlyList<KeyRecord> Records => records;

    public KeyRecord? this[string key] =>
        records.TryGetValue(Probe(key), out var record) ? record : null;

    /// <summary>The records of a range by key.</summary>
    public IReadOnlyList<KeyRecord> In(KeyRange range)
    {
        if (range.IsSingle)
            return this[range.Start] is { } one ? [one] : [];
        var found = new List<KeyRecord>();
        var first = records.IndexOf(Probe(range.Start));
        for (var at = first < 0 ? ~first : first; at < records.Count && range.Contains(records[at].Key); at++)
            found.Add(records[at]);
        return found;
    }

    public IReadOnlyList<KeyRecord> OfLease(long lease) => [.. records.Where(record => record.Lease == lease)];

    /// <summary>This state with one record put or replaced; the revision stays.</summary>
    public KeyValueState With(KeyRecord record)
    {
        var without = Without(record.Key);
        return new KeyValueState(Revision, without.records.Add(record), without.contentHash ^ record.GetHashCode());
    }

    /// <summary>This state without a key, which need not be there; the revision stays.</summary>
    public KeyValueState Without(string key) =>
        this[key] is { } old ? new KeyValueState(Revision, records.Remove(old), contentHash ^ old.GetHashCode()) : this;

    public KeyValueState At(long revision) => new(revision, records, contentHash);

    /// <summary>The state after the events of the next revision.</summary>
    public KeyValueState After(long revision, IEnumerable<StoreEvent> events)
    {
        var state = this;
        foreach (var change in events)
            state = change.IsDelete ? state.Without(change.Key) : state.With(change.Record);
        return state.At(revision);
    }

    public bool Equals(KeyValueState? other) => other is not null && Revision == other.Revision
        && contentHash == other.contentHash
        && (ReferenceEquals(records, other.records) || records.SequenceEqual(other.records));

    public override bool Equals(object? obj) => Equals(obj as KeyValueState);

    public override int GetHashCode() => contentHash ^ Revision.GetHashCode();

    private static KeyRecord Probe(string key) => new(key, "", 0, 0, 0);

    private sealed class ByKey : IComparer<KeyRecord>
    {
        public int Compare(KeyRecord? one, KeyRecord? other) => string.CompareOrdinal(one?.Key, other?.Key);
    }
}
