using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Consensus.State;

/// <summary>
/// The whole replicated state of a store member: keys and leases, users and roles, alarms, and what is
/// known of the members.
/// <para>Its one owner feeds it the entries of the log in order. Everything it answers follows from the entries before
/// and from nothing else, so members that applied the same log agree to the last byte, refusals included; a member
/// that refuses by what only it knows (its clock, its disk, its memory) would part from the others. etcd had that bug
/// four times (see docs/testing.md).</para>
/// </summary>
public sealed class StateMachine
{
    public StateMachine(MvccOptions options, WatchLimits limits)
        : this(new MvccStore(options), limits)
    {
    }

    /// <summary>Takes over a store that a snapshot brought.</summary>
    public StateMachine(MvccStore mvcc, WatchLimits limits)
    {
        Mvcc = mvcc;
        Watches = new WatchHub(mvcc, limits);
        Authorizer = new Authorizer(Auth, mvcc);
    }

    public MvccStore Mvcc { get; }

    public WatchHub Watches { get; }

    public AuthStore Auth { get; } = new();

    public Authorizer Authorizer { get; }

    public AlarmBook Alarms { get; } = new();

    public MemberBook Members { get; } = new();

    /// <summary>The last entry applied.</summary>
    public EntryId Applied { get; private set; }

    /// <summary>Who belonged to the cluster after that entry.</summary>
    public MembershipState Membership { get; private set; } = new();

    /// <summary>Sets what a snapshot says beside the data.</summary>
    public void Load(EntryId applied, MembershipState membership) => (Applied, Membership) = (applied, membership);

    /// <summary>Applies the next entry, if it carries a command. The answer is an <see cref="AuthResult"/> when its
    /// caller may not give it.
    /// <exception cref="InvalidOperationException">It is not the next: an entry was lost or came twice.</exception>
    /// </summary>
    public StoreResult Apply(EntryId entry, Caller? caller, StoreCommand command)
    {
        Follow(entry);
        var allowed = Authorizer.Authorize(caller, command);
        if (allowed != AuthOutcome.Ok)
            return new AuthResult(allowed, Auth.Revision);
        return command switch
        {
            MvccCommand mvcc => ApplyMvcc(mvcc),
            AuthCommand auth => Auth.Apply((long)entry.Index.Value, auth),
            AlarmCommand alarm => new AlarmResult(Alarms.Apply(alarm), Mvcc.Revision),
            MemberCommand member => new MemberResult(Members.Apply(member), Mvcc.Revision),
            _ => throw new InvalidOperationException($"{command.GetType().Name} is no command of this store"),
        };
    }

    /// <summary>Applies the next entry, if it carries nothing: a leader begins its term with one.</summary>
    public void ApplyEmpty(EntryId entry) => Follow(entry);

    /// <summary>Applies the next entry, if it changes the membership.</summary>
    public MemberResult ApplyMembership(EntryId entry, MembershipChange change, MemberRecord? subject)
    {
        Follow(entry);
        var outcome = CheckMembership(change, subject);
        if (outcome == MemberOutcome.Ok && MembershipChanger.Apply(Membership, change).Next is { } next)
        {
            Membership = next;
            Note(change, subject);
        }
        else if (outcome == MemberOutcome.Ok)
        {
            outcome = MemberOutcome.Refused;
        }

        return new MemberResult(outcome, Mvcc.Revision);
    }

    private MemberOutcome CheckMembership(MembershipChange change, MemberRecord? subject)
    {
        if (change.Steps is not [var (operation, node)])
            return MemberOutcome.Ok;
        var known = Members.Find(node) is not null;
        return operation switch
        {
            MembershipOperation.Remove => known ? MemberOutcome.Ok : MemberOutcome.NotFound,
            _ when known => MemberOutcome.Ok,
            _ when subject is null => MemberOutcome.NotFound,
            _ => Members.CheckAdd(node, subject.PeerUrls),
        };
    }

    private void Note(MembershipChange change, MemberRecord? subject)
    {
        foreach (var (operation, node) in change.Steps)
        {
            if (operation == MembershipOperation.Remove)
                Members.Remove(node);
            else if (Members.Find(node) is null && subject?.Id == node)
                Members.Add(subject);
        }
    }

    private StoreResult ApplyMvcc(MvccCommand command)
    {
        // More changes would bury what tells how the members came apart.
        if (Alarms.IsActive(AlarmKind.Corrupt))
            return new PlainResult(MvccOutcome.Corrupt, Mvcc.Revision);
        if (NeedsRoom(command) && Alarms.IsActive(AlarmKind.NoSpace))
            return new PlainResult(MvccOutcome.NoSpace, Mvcc.Revision);
        var result = Mvcc.Apply(Mvcc.AppliedIndex + 1, command);
        if (result.Outcome == MvccOutcome.Ok)
            Watches.Publish();
        return result;
    }

    /// <summary>Deleting, compacting and revoking free room, so they go on under a NoSpace alarm.</summary>
    private static bool NeedsRoom(MvccCommand command) => command switch
    {
        PutOperation or LeaseGrantCommand => true,
        TxnOperation txn => txn.Success.Any(NeedsRoom) || txn.Failure.Any(NeedsRoom),
        _ => false,
    };

    private void Follow(EntryId entry)
    {
        if (entry.Index != Applied.Index.Next)
        {
            throw new InvalidOperationException(
                $"Entry {entry} cannot be applied after {Applied}: the log has neither gaps nor repeats");
        }

        Applied = entry;
    }
}
