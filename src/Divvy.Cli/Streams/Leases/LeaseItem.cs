using Divvy.Core.Streams;

namespace Divvy.Cli.Streams.Leases;

/// <summary>A lease under the names of the experiment's guide, for programs.</summary>
internal sealed record LeaseItem(
    string LeaseKey,
    string? LeaseOwner,
    string? CheckpointOwner,
    long LeaseCounter,
    string CheckpointSequenceNumber,
    long CheckpointSubSequenceNumber,
    long OwnerSwitchesSinceCheckpoint,
    IReadOnlyList<string> ParentShardId,
    IReadOnlyList<string> ChildShardIds)
{
    public static LeaseItem Of(StreamLease lease) => new(
        lease.Key,
        lease.Owner,
        lease.YieldingOwner,
        lease.Counter,
        lease.Checkpoint.SequenceNumber,
        lease.Checkpoint.SubSequenceNumber,
        lease.OwnerSwitchesSinceCheckpoint,
        lease.Parents,
        lease.Children);
}
