using Divvy.Rpc.Sharding;

namespace Divvy.Client.Listing;

/// <summary>What became of a state that was to be written.</summary>
/// <param name="Outcome">Written, changed (another state is there than the one to be replaced), or refused (the writer
/// does not own the shard in its generation).</param>
/// <param name="StateRevision">Of the state that is there now; not when it was refused.</param>
/// <param name="Present">Changed: the state that is there.</param>
/// <param name="Reason">Refused: why, for people.</param>
public sealed record StateWrite(
    StateWriteOutcome Outcome, long StateRevision, ReadOnlyMemory<byte> Present, string Reason)
{
    internal static StateWrite From(WriteShardStateResponse response)
    {
        var outcome = response.Outcome switch
        {
            ShardStateOutcome.ShardStateWritten => StateWriteOutcome.Written,
            ShardStateOutcome.ShardStateChanged => StateWriteOutcome.Changed,
            _ => StateWriteOutcome.Refused,
        };
        return new StateWrite(outcome, response.StateRevision, response.State.Memory, response.Reason);
    }
}
