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
    public async Task TryTake_ChangeAfterTheSnapshotWasRead_IsSentNext()
    {
        var outbox = new SessionOutbox(Owner, new Registered());
        var first = SnapshotAt(1, ShardPhase.Stable);
        outbox.TryTake(() => first, Space).ShouldNotBeNull().Message.Registered.ShouldNotBeNull();
        outbox.TryTake(() => first, Space).ShouldNotBeNull().Message.RoleSet.ShouldNotBeNull();
        var second = SnapshotAt(2, ShardPhase.Stable);
        outbox.ShardChanged(new ShardChange(Shard, Version(first), Version(second)));

        var third = SnapshotAt(3, ShardPhase.Yielding);
        var publishing = Task.CompletedTask;
        var taken = outbox.TryTake(ReadThenLetTheMirrorMoveOn, Space);
        await publishing;
        taken.ShouldNotBeNull().Message.RoleUpdate.Roles.ShouldHaveSingleItem().Revision.ShouldBe(2);
        var next = outbox.TryTake(() => third, Space).ShouldNotBeNull("the yield was noted, and the note was lost");
        next.Message.RoleUpdate.Roles.ShouldHaveSingleItem().Kind.ShouldBe(RoleKind.RoleYielding);

        StoreSnapshot ReadThenLetTheMirrorMoveOn()
        {
            publishing = Task.Run(() => outbox.ShardChanged(new ShardChange(Shard, Version(second), Version(third))));

            // It has no way to end before the message is made; should it have one, this is time enough to show it.
            publishing.Wait(TimeSpan.FromMilliseconds(300));
            return second;
        }
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
