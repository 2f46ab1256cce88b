using System.Collections.Immutable;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Core.Assignment;

/// <summary>The steps of a shard's life. docs/handoff.md is the contract; the rule numbers are its.</summary>
/// <remarks>
/// The problem: two processes must never believe at the same time that they own a shard, although the servers that
/// tell them are late, stale, repeated and replaceable, although processes pause and return, and although nobody can
/// ask the owner anything at the moment it matters.
///
/// The answer is one record a shard, changed only by compare-and-swap, and instances that act on nothing but roles
/// derived from it. Three things make it safe:
///
///   An owner is a session (R1), that is a store lease, and not an instance's name. A takeover compares inside its own
///   transaction that the old owner's session is gone (R6), and the owner stops on its own before the store can let
///   its lease go (R18). So a takeover needs nobody's word.
///
///   A planned flip needs the owner's word, and the word names the mod revision of the record it answers (R7). Whatever
///   happened to the record in between, a cancel, a second attempt, a rewrite of its reason, makes the word void.
///
///   The generation grows at each change of owner and only there, so each generation belongs to one session for ever.
///
/// <code>
///                 BeginMove             READY of next          YIELDED of owner
///     Stable ----------------> Preparing ----------> Yielding ----------------> Stable (next, generation + 1)
///       ^ ^                       |                     |
///       | +------ Cancel ---------+------ Cancel -------+
///       |
///       +-- Takeover (owner gone), from each of the three: new owner, generation + 1
///
///     Close, from each of the three: Closing --- YIELDED of owner, or owner gone ---> no record
///     Finish, by the owner, from each of the four --------------------------------> no record
/// </code>
///
/// Who may do what: any server, at any time. Nothing here assumes a single controller; a leader guard protects budgets
/// and not this. Every function is pure and only proposes: the compares on the step decide.
/// </remarks>
public static class Handoff
{
    /// <summary>The most standbys a record may carry.</summary>
    public const int MaxStandbys = 2;

    /// <summary>A shard comes to be. Its generations grow from <paramref name="floor"/> (see <see
    /// cref="GenerationFloor"/>).</summary>
    public static RecordStep Create(
        ShardId shard,
        HashRange range,
        Generation floor,
        SessionRef? owner,
        string reason,
        ImmutableArray<ShardId> parents = default) => new()
        {
            Shard = shard,
            Expected = Revision.None,
            Replacement = new ShardRecord
            {
                Shard = shard,
                Range = range,
                Parents = parents.IsDefault ? [] : parents,
                Owner = owner,
                Phase = ShardPhase.Stable,
                Generation = owner is null ? floor : floor.Next,
                Reason = reason,
            },
            MustLive = owner is { } session ? [session] : [],
            Kind = StepKind.Create,
            Reason = reason,
        };

    /// <summary>A listed shard comes to be: without an owner and without generations. The first owner's generation
    /// comes
    /// from the record's own revision (<see cref="GenerationFloor.Of"/>).</summary>
    public static RecordStep Add(ShardId shard, HashRange range, ImmutableArray<ShardId> parents, string reason) =>
        Create(shard, range, default, null, reason, parents);

    /// <summary>An unowned shard gets an owner.</summary>
    public static StepOutcome Assign(in VersionedShard shard, SessionRef owner, string reason)
    {
        if (shard.Record is not { Phase: ShardPhase.Stable, Owner: null })
        {
            return StepRefusal.WrongPhase;
        }

        var unowned = shard.Record with { Generation = GenerationFloor.Of(shard) };
        return Step(shard, OwnedBy(unowned, owner, Revision.None), StepKind.Assign, reason) with
        {
            MustLive = [owner],
        };
    }

    /// <summary>The owner's session is gone and somebody else owns the shard, whatever move was under way. The new
    /// owner starts cold: nobody knows how much of a hand-over had arrived (R14).</summary>
    public static StepOutcome Takeover(in VersionedShard shard, SessionRef newOwner, string reason)
    {
        var record = shard.Record;
        if (record.Phase == ShardPhase.Closing || record.Owner is not { } gone)
        {
            return StepRefusal.WrongPhase;
        }

        if (gone == newOwner)
        {
            return StepRefusal.BadTarget;
        }

        return Step(shard, OwnedBy(record, newOwner, Revision.None), StepKind.Takeover, reason) with
        {
            MustLive = [newOwner],
            MustBeGone = [gone],
        };
    }

    /// <summary>A planned move begins: the next owner prepares while the owner serves on.</summary>
    public static StepOutcome BeginMove(in VersionedShard shard, SessionRef next, string reason)
    {
        var record = shard.Record;
        if (record.Phase != ShardPhase.Stable || record.Owner is not { } owner)
        {
            return StepRefusal.WrongPhase;
        }

        if (owner == next)
        {
            return StepRefusal.BadTarget;
        }

        var preparing = record with { Phase = ShardPhase.Preparing, Next = next };
        return Step(shard, preparing, StepKind.Prepare, reason) with { MustLive = [next] };
    }

    /// <summary>What an acknowledgement leads to: READY of the next owner to yielding, YIELDED of the owner to the flip
    /// or, when closing, to removal, FAILED of the next owner back to stable.</summary>
    public static StepOutcome OnAcknowledged(in VersionedShard shard, AckFromInstance ack)
    {
        ArgumentNullException.ThrowIfNull(ack);
        if (ack.Kind is AckKind.Active or AckKind.Dropped)
        {
            return StepRefusal.Informative;
        }

        if (ack.Shard != shard.Record.Shard || ack.Revision != shard.Revision)
        {
            return StepRefusal.Stale;
        }

        return ack.Kind switch
        {
            AckKind.Ready => OnReady(shard, ack.Session),
            AckKind.Yielded => OnYielded(shard, ack),
            _ => OnFailed(shard, ack),
        };
    }

    /// <summary>A planned move is given up: back to the owner, in the same generation. Safe at any time (R8): an
    /// acknowledgement of the move given up names a revision that is no more.</summary>
    public static StepOutcome Cancel(in VersionedShard shard, string reason)
    {
        if (shard.Record.Phase is not (ShardPhase.Preparing or ShardPhase.Yielding))
        {
            return StepRefusal.WrongPhase;
        }

        var back = shard.Record with { Phase = ShardPhase.Stable, Next = null };
        return Step(shard, back, StepKind.Cancel, reason);
    }

    /// <summary>The owner did not acknowledge in time and the namespace values availability more: flip, or remove,
    /// without its word. Two owners are then possible until the old one hears of it.</summary>
    /// <param name="shard">A shard in phase yielding or closing.</param>
    /// <param name="mode">The namespace's mode; exclusive refuses.</param>
    /// <param name="namespaceRevision">Mod revision of the configuration the mode was read from; the step compares it,
    /// so that a server with another namespace's configuration of the same name changes nothing (R10).</param>
    /// <param name="reason">Why, for people.</param>
    public static StepOutcome ProceedWithoutAcknowledgement(
        in VersionedShard shard, OwnershipMode mode, Revision namespaceRevision, string reason)
    {
        if (mode != OwnershipMode.Affinity)
        {
            return StepRefusal.Mode;
        }

        var record = shard.Record;
        if (record.Phase == ShardPhase.Closing)
        {
            return Step(shard, null, StepKind.Remove, reason) with { NamespaceRevision = namespaceRevision };
        }

        if (record.Phase != ShardPhase.Yielding || record.Next is not { } next)
        {
            return StepRefusal.WrongPhase;
        }

        return Step(shard, OwnedBy(record, next, Revision.None), StepKind.Flip, reason) with
        {
            MustLive = [next],
            NamespaceRevision = namespaceRevision,
        };
    }

    /// <summary>Removal begins: the owner finishes, nobody comes next (R9). An unowned shard goes at once.</summary>
    public static StepOutcome Close(in VersionedShard shard, string reason)
    {
        var record = shard.Record;
        if (record.Phase == ShardPhase.Closing)
        {
            return StepRefusal.NothingToChange;
        }

        if (record.Owner is null)
        {
            return Step(shard, null, StepKind.Remove, reason);
        }

        var closing = record with { Phase = ShardPhase.Closing, Next = null, Standbys = [] };
        return Step(shard, closing, StepKind.Close, reason);
    }

    /// <summary>The owner has done all there was to do and will never serve the shard again: its record goes at once,
    /// whatever move was under way. That is the owner's word, as an acknowledgement is (R9), but it answers no role: it
    /// stays true whatever becomes of the record meanwhile, so it names the session and the generation it is true of
    /// (R1), and not a revision.</summary>
    public static StepOutcome Finish(in VersionedShard shard, SessionRef owner, Generation generation, string reason)
    {
        if (shard.Record.Owner != owner || shard.Record.Generation != generation)
        {
            return StepRefusal.OtherSession;
        }

        return Step(shard, null, StepKind.Remove, reason);
    }

    /// <summary>Removal ends because the owner's session is gone; its acknowledgement is not to come.</summary>
    public static StepOutcome Remove(in VersionedShard shard, string reason)
    {
        if (shard.Record is not { Phase: ShardPhase.Closing, Owner: { } owner })
        {
            return StepRefusal.WrongPhase;
        }

        return Step(shard, null, StepKind.Remove, reason) with { MustBeGone = [owner] };
    }

    /// <summary>Names the sessions kept warm for an unplanned takeover, best first.</summary>
    public static StepOutcome SetStandbys(in VersionedShard shard, ImmutableArray<SessionRef> standbys, string reason)
    {
        var record = shard.Record;
        if (record.Phase == ShardPhase.Closing)
        {
            return StepRefusal.WrongPhase;
        }

        if (standbys.Length > MaxStandbys || HasDuplicates(standbys)
            || (record.Owner is { } owner && standbys.Contains(owner)))
        {
            return StepRefusal.BadTarget;
        }

        if (record.Standbys.AsSpan().SequenceEqual(standbys.AsSpan()))
        {
            return StepRefusal.NothingToChange;
        }

        return Step(shard, record with { Standbys = standbys }, StepKind.Annotate, reason) with { MustLive = standbys };
    }

    /// <summary>Pins the shard to an instance, or unpins it. The planner moves it there; nothing else
    /// changes.</summary>
    public static StepOutcome SetPin(in VersionedShard shard, InstanceId? pin, string reason)
    {
        if (shard.Record.Phase == ShardPhase.Closing)
        {
            return StepRefusal.WrongPhase;
        }

        if (shard.Record.Pin == pin)
        {
            return StepRefusal.NothingToChange;
        }

        return Step(shard, shard.Record with { Pin = pin }, StepKind.Annotate, reason);
    }

    private static StepOutcome OnReady(in VersionedShard shard, SessionRef from)
    {
        var record = shard.Record;
        if (record.Phase != ShardPhase.Preparing)
        {
            return record.Standbys.Contains(from) ? StepRefusal.Informative : StepRefusal.WrongPhase;
        }

        if (record.Next != from)
        {
            return record.Standbys.Contains(from) ? StepRefusal.Informative : StepRefusal.OtherSession;
        }

        var yielding = record with { Phase = ShardPhase.Yielding };
        return Step(shard, yielding, StepKind.Yield, $"{from.Instance} is ready") with { MustLive = [from] };
    }

    private static StepOutcome OnYielded(in VersionedShard shard, AckFromInstance ack)
    {
        var record = shard.Record;
        if (record.Phase is not (ShardPhase.Yielding or ShardPhase.Closing))
        {
            return StepRefusal.WrongPhase;
        }

        if (record.Owner != ack.Session)
        {
            return StepRefusal.OtherSession;
        }

        if (record.Next is not { } next)
        {
            return Step(shard, null, StepKind.Remove, $"{ack.Session.Instance} has finished");
        }

        var handedOverAt = ack.HandedOver ? shard.Revision : Revision.None;
        var reason = $"{ack.Session.Instance} has yielded";
        return Step(shard, OwnedBy(record, next, handedOverAt), StepKind.Flip, reason) with { MustLive = [next] };
    }

    /// <summary>A next owner that cannot prepare ends the move. An owner or a standby that fails is the planner's
    /// matter.</summary>
    private static StepOutcome OnFailed(in VersionedShard shard, AckFromInstance ack) =>
        shard.Record.Next == ack.Session
            ? Cancel(shard, $"{ack.Session.Instance} could not prepare: {ack.Error}")
            : StepRefusal.Informative;

    private static ShardRecord OwnedBy(ShardRecord record, SessionRef owner, Revision handedOverAt) => record with
    {
        Owner = owner,
        Next = null,
        Standbys = record.Standbys.Remove(owner),
        Phase = ShardPhase.Stable,
        Generation = record.Generation.Next,
        HandedOverAt = handedOverAt,
    };

    private static RecordStep Step(in VersionedShard shard, ShardRecord? replacement, StepKind kind, string reason)
    {
        return new RecordStep
        {
            Shard = shard.Record.Shard,
            Expected = shard.Revision,
            Replacement = replacement is null ? null : replacement with { Reason = reason },
            Kind = kind,
            Reason = reason,
        };
    }

    private static bool HasDuplicates(ImmutableArray<SessionRef> sessions)
    {
        for (var i = 1; i < sessions.Length; i++)
        {
            if (sessions.AsSpan(0, i).Contains(sessions[i]))
            {
                return true;
            }
        }

        return false;
    }
}
