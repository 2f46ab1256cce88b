using System.Diagnostics.CodeAnalysis;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Core.Routing;

/// <summary>
/// What a router knows: for each hash of the key space the shard, its owner and where the owner serves. Immutable, so a
/// router publishes a new one with a single reference write and readers never wait.
/// <para>
/// Nothing said about a shard ever goes back (R16). What is said is ordered by the mod revision of the shard's record,
/// and
/// <see cref="Revision"/> says up to which store revision the table knows everything. Hence the rules, which hold for
/// snapshots of lagging servers as well as for deltas and for the hints that come with a 421:
/// </para>
/// <list type="bullet">
/// <item>a known shard is replaced by an entry of a higher record revision; by one of the same revision too, but never
/// so that a known address is lost;</item>
/// <item>an unknown shard is added if its record changed after <see cref="Revision"/>; otherwise it was removed
/// since;</item>
/// <item>a removal counts if it is no older than the entry: a snapshot that predates an entry says nothing about
/// it;</item>
/// <item>where two shards claim the same keys (one was split or merged into the other), the older record goes: the
/// newer one could not exist otherwise. At equal revisions both records are of one transaction, and the wider range
/// goes.</item>
/// </list>
/// <para>
/// Cost: a lookup reads one bucket and one or two slots and allocates nothing. A delta that leaves the ranges as they
/// are copies one array of 24 bytes a shard; one that adds, removes or reshapes shards builds the table anew, O(n log
/// n).
/// </para>
/// </summary>
public sealed class RoutingTable
{
    private readonly RouteSlot[] slots;
    private readonly RangeIndex index;
    private readonly Dictionary<ShardId, int> positions;

    private RoutingTable(
        Revision revision, bool isListed, RouteSlot[] slots, RangeIndex index, Dictionary<ShardId, int> positions)
    {
        IsListed = isListed;
        Revision = revision;
        this.slots = slots;
        this.index = index;
        this.positions = positions;
    }

    /// <summary>The table that knows nothing; the one to start from again when the store was replaced (R21).</summary>
    public static RoutingTable Empty { get; } = new(Revision.None, false, [], RangeIndex.Build([]), []);

    /// <summary>The store revision up to which this table knows everything.</summary>
    public Revision Revision { get; }

    /// <summary>The namespace lists its shards by name: no key leads to any of them, whatever ranges they carry, and
    /// those may overlap.</summary>
    public bool IsListed { get; }

    public int Count => slots.Length;

    /// <summary>All entries, in the order of their ranges.</summary>
    public IEnumerable<RouteEntry> Entries
    {
        get
        {
            foreach (var slot in slots) yield return slot.Entry;
        }
    }

    /// <summary>The shard that covers the hash; null when none does, as in a listed namespace.</summary>
    public RouteEntry? Find(ulong hash)
    {
        var slots = this.slots;
        var position = index.Find(slots, hash);
        if ((uint)position >= (uint)slots.Length) return null;
        ref readonly var slot = ref slots[position];
        return hash <= slot.Last ? slot.Entry : null;
    }

    /// <summary>The shard that covers the key; null when none does.</summary>
    public RouteEntry? Find(ReadOnlySpan<char> key) => Find(KeyHash.Of(key));

    /// <summary>The entry of a shard; null when it is unknown.</summary>
    public RouteEntry? Find(ShardId shard) => TryFind(shard, out var entry) ? entry : null;

    /// <summary>This table after a message of the stream; itself when a delta says nothing new.</summary>
    public RoutingTable Apply(RoutingChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var revision = change.Revision > Revision ? change.Revision : Revision;
        return TryReplaceInPlace(change, revision) ?? Rebuild(change, revision);
    }

    /// <summary>This table with an entry learned on the side, from the answer to a misdirected request.</summary>
    public RoutingTable WithNewer(RouteEntry hint)
    {
        ArgumentNullException.ThrowIfNull(hint);
        return Apply(RoutingChange.Delta(Revision, [hint], []));
    }

    private bool TryFind(ShardId shard, [NotNullWhen(true)] out RouteEntry? entry)
    {
        var found = positions.TryGetValue(shard, out var position);
        entry = found ? slots[position].Entry : null;
        return found;
    }

    /// <summary>The common delta: owners change, ranges stay. Null when it is not that simple.</summary>
    private RoutingTable? TryReplaceInPlace(RoutingChange change, Revision revision)
    {
        if (change.IsSnapshot || !change.Removed.IsEmpty) return null;
        RouteSlot[]? slots = null;
        foreach (var route in change.Routes)
        {
            if (!positions.TryGetValue(route.Shard, out var position))
            {
                if (route.Revision > Revision) return null;
                continue;
            }
            var known = (slots ?? this.slots)[position].Entry;
            var merged = Newer(known, route);
            if (ReferenceEquals(merged, known)) continue;
            if (merged.Range != known.Range) return null;
            slots ??= (RouteSlot[])this.slots.Clone();
            slots[position] = new RouteSlot(merged);
        }
        if (slots is null && revision == Revision) return this;
        return new RoutingTable(revision, IsListed, slots ?? this.slots, index, positions);
    }

    private RoutingTable Rebuild(RoutingChange change, Revision revision)
    {
        var entries = new Dictionary<ShardId, RouteEntry>(Count + change.Routes.Length);
        foreach (var slot in slots)
        {
            // A snapshot removes by leaving out, but only what it is new enough to know.
            if (!change.IsSnapshot || slot.Entry.Revision > change.Revision) entries.Add(slot.Entry.Shard, slot.Entry);
        }
        foreach (var removed in change.Removed)
        {
            var isKnown = entries.TryGetValue(removed, out var known);
            if (isKnown && known!.Revision <= change.Revision) entries.Remove(removed);
        }
        foreach (var route in change.Routes)
        {
            if (!TryFind(route.Shard, out var known))
            {
                if (route.Revision > Revision) entries[route.Shard] = route;
            }
            else if (change.IsSnapshot || entries.ContainsKey(route.Shard) || route.Revision > known.Revision)
            {
                entries[route.Shard] = Newer(known, route);
            }
        }
        return Build(revision, change.IsSnapshot ? change.IsListed : IsListed, [.. entries.Values]);
    }

    private static RoutingTable Build(Revision revision, bool isListed, RouteEntry[] entries)
    {
        Array.Sort(entries, static (left, right) =>
        {
            var byStart = left.Range.Start.CompareTo(right.Range.Start);
            return byStart != 0 ? byStart : left.Shard.CompareTo(right.Shard);
        });
        var standing = isListed ? entries : RouteConflicts.Resolve(entries);
        var slots = new RouteSlot[standing.Length];
        var positions = new Dictionary<ShardId, int>(standing.Length);
        for (var i = 0; i < standing.Length; i++)
        {
            slots[i] = new RouteSlot(standing[i]);
            positions.Add(standing[i].Shard, i);
        }
        // Without an index no hash is found, and the search costs nothing more.
        return new RoutingTable(revision, isListed, slots, RangeIndex.Build(isListed ? [] : slots), positions);
    }

    private static RouteEntry Newer(RouteEntry known, RouteEntry said)
    {
        if (said.Revision > known.Revision) return said;
        if (said.Revision < known.Revision || said == known) return known;
        return said.Address is null ? known : said;
    }
}
