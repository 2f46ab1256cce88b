using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>
/// The store's keys as of each revision, and whether each commit was allowed: what a record may become, which sessions
/// had to live and which had to be gone.
/// </summary>
internal sealed class RecordBook
{
    private readonly SimWorld world;
    private readonly RunReport report;
    private readonly StoreLayout layout = new();
    private readonly SortedDictionary<ShardId, VersionedShard> shards = [];
    private readonly SortedDictionary<InstanceId, (SessionId Session, ServiceRecord Record)> sessions = [];
    private readonly SortedDictionary<InstanceId, OperatorStatus> statuses = [];
    private readonly Dictionary<ShardId, Generation> highest = [];
    private readonly LeaderBook leaders;

    /// <summary>Who wrote the transaction that is being taken; null: it does not say so.</summary>
    private string? writer;

    public RecordBook(SimWorld world, DistributionSettings settings, RunReport report)
    {
        (this.world, this.report) = (world, report);
        Plans = new PlanBook(world, settings.Namespace.ToPolicy(), IsLive, report);
        leaders = new LeaderBook(report);
    }

    /// <summary>A session's key is gone: from here on anybody may take over what it had.</summary>
    public event Action<SessionRef>? SessionEnded;

    /// <summary>A record has changed, from what to what.</summary>
    public event Action<VersionedShard, VersionedShard>? Changed;

    /// <summary>Judges what was planned.</summary>
    public PlanBook Plans { get; }

    /// <summary>The records as of the last revision seen.</summary>
    public IReadOnlyDictionary<ShardId, VersionedShard> Shards => shards;

    /// <summary>The revision that the namespace was created at; 0: there is none.</summary>
    public long Namespace { get; private set; }

    /// <summary>The namespace is being removed.</summary>
    public bool IsDeleting { get; private set; }

    /// <summary>All revisions up to here were seen.</summary>
    public long Seen { get; private set; }

    /// <summary>What operators have said of instances and not taken back.</summary>
    public IReadOnlyDictionary<InstanceId, OperatorStatus> Statuses => statuses;

    public bool IsLive(SessionRef session) =>
        sessions.TryGetValue(session.Instance, out var held) && held.Session == session.Session;

    /// <summary>The server by which a session was registered; null: it does not live.</summary>
    public string? ServerOf(SessionRef session) =>
        IsLive(session) ? sessions[session.Instance].Record.RegisteredBy : null;

    public string? AddressOf(SessionRef session) => IsLive(session) ? sessions[session.Instance].Record.Address : null;

    /// <summary>The instances that live.</summary>
    public IEnumerable<InstanceId> Instances => sessions.Keys;

    /// <summary>A shard that is being handed over; null: none is.</summary>
    public ShardId? ShardUnderWay(SimRandom random)
    {
        var moving = shards.Values.Where(version => version.Record.Next is not null).ToList();
        return moving.Count == 0 ? null : random.Pick(moving).Record.Shard;
    }

    /// <summary>Takes the events of whole revisions.</summary>
    public void Take(WatchBatch batch)
    {
        foreach (var revision in batch.Events.GroupBy(change => change.Kv.ModRevision))
        {
            writer = null;
            // A transaction's own compares saw the state before it, so sessions are taken up after the records.
            foreach (var change in revision.OrderBy(change => layout.Parse(change.Key).Kind != StoreKeyKind.Shard))
                Take(change);
            if (Plans.HasBegun && writer is not null)
                leaders.Planned(writer, revision.Key);
            Plans.Commit(revision.Key);
            Seen = revision.Key;
        }
    }

    private void Take(WatchEvent change)
    {
        var key = layout.Parse(change.Key);
        switch (key.Kind)
        {
            case StoreKeyKind.Namespace:
                Namespace = change.IsDelete ? 0 : change.Kv.CreateRevision;
                IsDeleting = StoreCodec.TryDecode(change.Kv.Value.Span, out NamespaceConfig? config, out _)
                    && config!.Deleting;
                break;
            case StoreKeyKind.Shard:
                TakeShard(new ShardId(key.Name), change);
                break;
            case StoreKeyKind.Service when change.IsDelete:
                if (sessions.Remove(new InstanceId(key.Name), out var ended))
                    SessionEnded?.Invoke(new SessionRef(new InstanceId(key.Name), ended.Session));
                break;
            case StoreKeyKind.Service:
                if (StoreCodec.TryDecode(change.Kv.Value.Span, out ServiceRecord? record, out _))
                    sessions[new InstanceId(key.Name)] = (new SessionId(change.Kv.Lease), record!);
                break;
            case StoreKeyKind.Leader when change.IsDelete:
                leaders.Leaves(change.Key);
                break;
            case StoreKeyKind.Leader:
                if (StoreCodec.TryDecode(change.Kv.Value.Span, out LeaderRecord? contender, out _))
                    leaders.Enters(change.Key, change.Kv.CreateRevision, contender!.Server);
                break;
            case StoreKeyKind.Event when !change.IsDelete:
                if (StoreCodec.TryDecode(change.Kv.Value.Span, out EventBatch? steps, out _))
                    writer = steps!.Server;
                break;
            case StoreKeyKind.Status when change.IsDelete:
                statuses.Remove(new InstanceId(key.Name));
                break;
            case StoreKeyKind.Status:
                if (StoreCodec.TryDecode(change.Kv.Value.Span, out StatusRecord? status, out _))
                    statuses[new InstanceId(key.Name)] = status!.Status;
                break;
        }

        if (key.Kind is StoreKeyKind.Service or StoreKeyKind.Status)
            Plans.Said(new InstanceId(key.Name), TakesShards(new InstanceId(key.Name)));
    }

    private bool TakesShards(InstanceId instance) => !statuses.ContainsKey(instance)
        && (!sessions.TryGetValue(instance, out var held) || held.Record.Status != ServiceStatus.Draining);

    private void TakeShard(ShardId shard, WatchEvent change)
    {
        report.Count("records written");
        var was = shards.TryGetValue(shard, out var known) ? known : (VersionedShard?)null;
        var before = was?.Record;
        if (change.IsDelete)
        {
            if (before is { Owner: { } last, Phase: not ShardPhase.Closing } && IsLive(last))
            {
                report.Violated(
                    "closings",
                    $"{shard} is gone at revision {change.Kv.ModRevision}; {last} lives and was not told to stop");
            }

            shards.Remove(shard);
            Plans.Forget(shard);
            return;
        }

        if (!StoreCodec.TryDecode(change.Kv.Value.Span, shard, out var after, out var error))
        {
            report.Violated("records", $"{shard} cannot be read: {error}");
            return;
        }

        shards[shard] = new VersionedShard(after!, new Revision(change.Kv.ModRevision));
        world.Trace.Add(
            TraceKind.Decision, shard.Value, change.Kv.ModRevision, () => $"{after!.Phase} {after.Owner}"
                + $" -> {after.Next} generation {after.Generation} at {change.Kv.ModRevision}: {after.Reason}");
        Check(shard, before, after!, change.Kv.ModRevision);
        if (was is { } former)
            Changed?.Invoke(former, shards[shard]);
        Plans.Take(before, after!, change.Kv.ModRevision);
    }

    private void Check(ShardId shard, ShardRecord? before, ShardRecord after, long revision)
    {
        var ever = highest.GetValueOrDefault(shard);
        var changesHands = before?.Owner != after.Owner;
        if (after.Generation < ever || (changesHands && after.Owner is not null && after.Generation <= ever))
            Wrong("generations only grow", $"generation {after.Generation} after {ever}");
        highest[shard] = after.Generation > ever ? after.Generation : ever;
        if (!changesHands)
        {
            if (before is not null && before.Generation != after.Generation)
                Wrong("generations only grow", $"generation {after.Generation} without another owner");
            return;
        }

        if (after.Owner is { } owner && !IsLive(owner))
            Wrong("owners live", $"given to {owner}, whose session is gone");
        if (before?.Owner is { } former && IsLive(former)
            && (before.Phase != ShardPhase.Yielding || before.Next != after.Owner))
            Wrong("takeovers", $"taken from {former}, which lives, in phase {before.Phase}");

        void Wrong(string checker, string what) =>
            report.Violated(checker, $"{shard} at revision {revision}: {what} ({after.Reason})");
    }
}
