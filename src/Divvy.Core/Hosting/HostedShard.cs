using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>What a host knows of one shard: the role it was given, what the application holds, and what runs.</summary>
internal sealed class HostedShard(ShardId id)
{
    public ShardId Id { get; } = id;

    public ShardGate Gate { get; } = new();

    /// <summary>The role in force; null: none, or nothing counts because the session's time ran out.</summary>
    public RoleAssignment? Role { get; set; }

    /// <summary>The newest role heard of, in force or not: for hints.</summary>
    public RoleAssignment? Heard { get; set; }

    /// <summary>No role below this is accepted, for the session's life (R11).</summary>
    public Revision Highest { get; set; }

    public HeldState Held { get; set; }

    public RunningHandler? Running { get; set; }

    public GateOpening? Opening { get; set; }

    /// <summary>The current or last stay; 0: none yet.</summary>
    public long Tenure { get; set; }

    public bool TenureOver { get; set; } = true;

    /// <summary>Ownership ended while something was held: it goes before the shard is taken up anew.</summary>
    public bool MustDrop { get; set; }

    /// <summary>Waits in the queue of urgent or of other calls.</summary>
    public bool QueuedUrgent { get; set; }

    public bool QueuedNormal { get; set; }

    public long YieldWarnAtMs { get; set; }

    /// <summary>Failed tries in a row.</summary>
    public int Failures { get; set; }

    public long RetryAtMs { get; set; }

    /// <summary>The revision at which preparing as next owner failed; it is not tried again under the same.</summary>
    public Revision PrepareFailedAt { get; set; }

    public string Error { get; set; } = "";

    /// <summary>The revision the last hand-over went under.</summary>
    public Revision HandedOverUnder { get; set; }

    /// <summary>What was last acknowledged; none: the role wants an acknowledgement.</summary>
    public (Revision Revision, AckKind Kind)? Acked { get; set; }

    public long AckRepeatAtMs { get; set; }

    public SessionRef? ForwardTo { get; set; }

    public string? ForwardAddress { get; set; }

    public long ForwardUntilMs { get; set; }

    public long DropForcedAtMs { get; set; }

    public bool DropJournaled { get; set; }

    public ShardRole Kind => Role?.Role ?? ShardRole.None;

    public bool IsYielding => Kind is ShardRole.Yielding or ShardRole.Closing;

    /// <summary>Next in line, before or after the owner was told to yield.</summary>
    public bool IsNext => Kind is ShardRole.Preparing or ShardRole.Prepared;

    /// <summary>Nothing is held and nothing runs.</summary>
    public bool IsEmpty => Held == HeldState.Nothing && Running is null;

    public bool IsForwarding(long nowMs) => ForwardTo is not null && nowMs < ForwardUntilMs;

    /// <summary>The call that is due, given the role and what is held; null: none. Depends on nothing but the
    /// shard.</summary>
    public HandlerKind? NextCall(long nowMs)
    {
        if (Running is not null)
        {
            return null;
        }

        if (MustDrop && Held != HeldState.Nothing)
        {
            return MayDrop(nowMs) ? HandlerKind.Drop : null;
        }

        switch (Kind)
        {
            case ShardRole.Active:
                return Held == HeldState.Added || nowMs < RetryAtMs ? null
                    : Held == HeldState.Nothing ? HandlerKind.PrepareAdd
                    : HandlerKind.Add;
            case ShardRole.Yielding:
            case ShardRole.Closing:
                return Held == HeldState.Added && Gate.InFlight == 0 ? HandlerKind.PrepareDrop : null;
            case ShardRole.Standby:
            case ShardRole.Preparing:
            case ShardRole.Prepared:
                return Held switch
                {
                    HeldState.Nothing => MayPrepare(nowMs) ? HandlerKind.PrepareAdd : null,
                    HeldState.Prepared => null,
                    _ => MayDrop(nowMs) ? HandlerKind.Drop : null,
                };
            default:
                return Held != HeldState.Nothing && MayDrop(nowMs) ? HandlerKind.Drop : null;
        }
    }

    /// <summary>Whether the role still has a use for a call that runs.</summary>
    public bool Wants(HandlerKind call) => call switch
    {
        HandlerKind.PrepareAdd => IsNext || Kind is ShardRole.Standby or ShardRole.Active,
        HandlerKind.Add => Kind == ShardRole.Active,
        HandlerKind.PrepareDrop => Kind is ShardRole.Yielding or ShardRole.Closing,
        _ => true,
    };

    private bool MayPrepare(long nowMs) => nowMs >= RetryAtMs && PrepareFailedAt != Role?.Revision;

    private bool MayDrop(long nowMs) => Gate.InFlight == 0 || nowMs >= DropForcedAtMs;
}
