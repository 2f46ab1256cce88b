namespace Divvy.Consensus.Raft;

/// <summary>What a follower does with its leader's messages: paper section 5.3 and figure 2, section 7 for
/// snapshots.</summary>
public sealed partial class RaftNode
{
    private Snapshot? pendingSnapshot;

    private void FollowLeader(Message message)
    {
        Invariant.Check(Role != RaftRole.Leader, $"{message.From} leads term {Term} too");
        if (Role != RaftRole.Follower || Leader != message.From)
            BecomeFollower(Term, message.From);
        sinceElectionReset = 0;
        switch (message.Kind)
        {
            case MessageKind.AppendEntries:
                AcceptEntries(message);
                break;
            case MessageKind.Heartbeat:
                // A leader never tells a follower a commit beyond what it has acknowledged (see SendHeartbeat).
                log.CommitTo(message.Commit);
                Send(new Message
                {
                    Kind = MessageKind.HeartbeatResponse,
                    To = Leader,
                    Term = Term,
                    Context = message.Context,
                });
                break;
            default:
                AcceptSnapshot(message);
                break;
        }
    }

    private void AcceptEntries(Message message)
    {
        if (message.Log.Index < log.CommittedIndex)
        {
            // What is committed matches by definition.
            Acknowledge(log.CommittedIndex);
            return;
        }

        if (!log.Matches(message.Log))
        {
            Send(new Message
            {
                Kind = MessageKind.AppendEntriesResponse,
                To = Leader,
                Term = Term,
                Reject = true,
                Log = message.Log,
                Hint = log.LastAtOrBefore(message.Log.Index, message.Log.Term),
            });
            return;
        }

        var last = log.Merge(message.Log, message.Entries);
        log.CommitTo(LogIndex.Min(message.Commit, last));
        Acknowledge(last);
    }

    private void Acknowledge(LogIndex last) => SendAfterPersist(new Message
    {
        Kind = MessageKind.AppendEntriesResponse,
        To = Leader,
        Term = Term,
        Log = new EntryId(Term.Zero, last),
    });

    private void AcceptSnapshot(Message message)
    {
        var snapshot = message.Snapshot!;
        if (snapshot.Last.Index <= log.CommittedIndex)
        {
            Acknowledge(log.CommittedIndex);
            return;
        }

        if (log.Matches(snapshot.Last))
        {
            // Paper section 7: the log already holds the snapshot's last entry, so it only says what is committed.
            log.CommitTo(snapshot.Last.Index);
            Acknowledge(log.CommittedIndex);
            return;
        }

        log.Restore(snapshot);
        tracker.Change(snapshot.Membership, log.LastIndex);
        membershipRestored = membershipApplied = snapshot.Last.Index;
        pendingSnapshot = snapshot;
        Acknowledge(log.LastIndex);
    }
}
