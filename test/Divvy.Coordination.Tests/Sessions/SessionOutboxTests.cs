using System.Collections.Immutable;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Sessions;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Tests.Sessions;

public sealed class SessionOutboxTests
{
    private const string Space = "games";
    private static readonly ShardId Shard = new("7");
    private static readonly SessionRef Owner = new(new InstanceId("a"), new SessionId(1));
    private static readonly SessionRef Next = new(new InstanceId("b"), new SessionId(2));

    /// <summary>A change that is noted while a message is being made must be in that message or stay noted: the digest
    /// cannot find it later, because the server itself never said it.</summary>
    [Fact]
    public async Task TryTake_ChangesWhileTaking_TheLastRoleIsAlwaysSent()
    {
        const int Changes = 20_000;
        var outbox = new SessionOutbox(Owner, new Registered());
        var current = SnapshotAt(1, ShardPhase.Stable);
        var publisher = Task.Run(() =>
        {
            for (var revision = 2L; revision <= Changes; revision++)
            {
                var before = Volatile.Read(ref current);
                var phase = revision % 2 == 0 ? ShardPhase.Yielding : ShardPhase.Stable;
                var after = SnapshotAt(revision, phase);
                Volatile.Write(ref current, after);
                outbox.ShardChanged(new ShardChange(Shard, Version(before), Version(after)));
            }
        });

        var last = 0L;
        while (true)
        {
            var over = publisher.IsCompleted;
            var content = outbox.TryTake(() => Volatile.Read(ref current), Space);
            foreach (var role in content?.Message.RoleUpdate?.Roles.AsEnumerable() ?? content?.Message.RoleSet?.Roles ?? [])
                last = role.Revision;
            if (content is null && over)
                break;
        }

        await publisher;
        last.ShouldBe(Changes);
    }

    private static VersionedShard? Version(StoreSnapshot snapshot) => snapshot.Get(Space).Shards[Shard];

    private static StoreSnapshot SnapshotAt(long revision, ShardPhase phase)
    {
        var record = new ShardRecord
        {
            Shard = Shard,
            Range = HashRange.Full,
            Owner = Owner,
            Next = phase == ShardPhase.Yielding ? Next : null,
            Phase = phase,
            Generation = new Generation(1),
        };
        var space = NamespaceSnapshot.Empty(Space) with
        {
            Shards = ImmutableSortedDictionary<ShardId, VersionedShard>.Empty
                .Add(Shard, new VersionedShard(record, new Revision(revision))),
            ShardsBySession = ImmutableDictionary<SessionId, ImmutableHashSet<ShardId>>.Empty
                .Add(Owner.Session, [Shard]),
        };
        return StoreSnapshot.Empty with
        {
            Revision = new Revision(revision),
            Namespaces = StoreSnapshot.Empty.Namespaces.Add(Space, space),
        };
    }
}
