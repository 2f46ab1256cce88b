using Divvy.Consensus;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Raft;

namespace Divvy.Store;

/// <summary>Checkpoints of leases: the leader writes down from time to time what is left of long ones, so that the next
/// leader, or the same after a restart, does not begin them anew.</summary>
internal sealed partial class StoreNode
{
    /// <summary>Checkpoints taken at a time; etcd's batch.</summary>
    private const int MaxCheckpoints = 1000;

    /// <summary>Held while checkpoints are taken and proposed, so that their order in the log is the order in which
    /// they were decided. Taken before the node's and Raft's locks, never while one of them is held.</summary>
    private readonly Lock checkpointing = new();

    /// <summary>Proposes the checkpoints that are due. Nobody waits for them: one that gets lost is taken again after
    /// the next interval, and whoever renews meanwhile goes behind it in the log.</summary>
    private void TakeCheckpoints()
    {
        lock (checkpointing)
        {
            IReadOnlyList<(long Id, long LeftSeconds)> due;
            Term term;
            lock (gate)
                (due, term) = (keeper.TakeCheckpoints(Now, MaxCheckpoints), leads);
            foreach (var (lease, left) in due)
            {
                if (replica.ProposeAsLeader(new LeaseCheckpointCommand(lease, left), term) is null)
                    break;
            }
        }
    }

    /// <summary>Gives a renewed lease its full time in the log again. False: this member leads no more, so the renewal
    /// must not be answered.
    /// <exception cref="Rpc.RpcException">It could not be applied in time.</exception></summary>
    private async ValueTask<bool> ClearCheckpointAsync(long lease, int mark, Term term)
    {
        replica.Points.BeforeRenewalCheckpoint.Hit();
        ValueTask<StoreResult>? clearing;
        lock (checkpointing)
            clearing = replica.ProposeAsLeader(new LeaseCheckpointCommand(lease, 0), term);
        if (clearing is null)
            return false;
        await clearing.Value.ConfigureAwait(false);
        lock (gate)
            keeper.Cleared(lease, mark);
        return true;
    }
}
