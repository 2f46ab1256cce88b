using System.Collections.Immutable;
using Divvy.Consensus;
using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Store.Commands;
using Divvy.Store.Replication;

namespace Divvy.Store;

/// <summary>The side of a node that the replica drives: entries are applied, leadership comes and goes.</summary>
internal sealed partial class StoreNode : IReplicatedState
{
    void IReplicatedState.Apply(ImmutableArray<Entry> entries, AppliedBatch batch)
    {
        lock (gate)
        {
            foreach (var entry in entries)
                Apply(entry, batch);
            CountLeasesWhenDue();
            WakeSenders();
        }
    }

    void IReplicatedState.LeadershipChanged(LeadershipView leadership)
    {
        lock (gate)
        {
            leads = leadership.IsLeader ? leadership.Term : Term.Zero;
            if (!leadership.IsLeader && keeper.IsCounting)
                keeper.End();
            CountLeasesWhenDue();
        }
    }

    /// <summary>A leader counts from the first entry of its term on: only then has it applied every grant, checkpoint
    /// and revocation of the leaders before it.</summary>
    private void CountLeasesWhenDue()
    {
        if (!keeper.IsCounting && leads != Term.Zero && state.Applied.Term == leads)
            keeper.Begin(state.Mvcc.Leases, Now + LeaseExtension);
    }

    private void Apply(Entry entry, AppliedBatch batch)
    {
        var at = new EntryId(entry.Term, entry.Index);
        if (entry.Kind == EntryKind.Membership)
        {
            ApplyMembership(entry, at, batch);
            return;
        }

        if (entry.Data.IsEmpty)
        {
            state.ApplyEmpty(at);
            return;
        }

        var (request, proposer, caller, command) = CommandCodec.Decode(entry.Data);
        var result = state.Apply(at, caller, command);
        Note(command, result, batch);
        if (proposer == id)
            batch.Answers.Add((request, result));
    }

    private void ApplyMembership(Entry entry, EntryId at, AppliedBatch batch)
    {
        var change = MembershipChange.Decode(entry.Data)
            ?? throw new FormatException($"entry {at} is no membership change");
        var context = MembershipContext.Decode(change.Context);
        var result = state.ApplyMembership(at, change, context?.Subject);
        batch.Memberships.Add((entry, result.Outcome == MemberOutcome.Ok));
        batch.Peers = Addresses();
        isLearner = state.Membership.IsLearner(id);
        if (context?.Proposer == id)
            batch.Answers.Add((context.Request, result));
    }

    private void Note(StoreCommand command, StoreResult result, AppliedBatch batch)
    {
        if (command is MemberUpdateCommand)
            batch.Peers = Addresses();
        if (command is AuthCommand auth && result is AuthResult answer)
            Tokens.Follow(auth, answer);
        if (command is not MvccCommand mvcc || result is not MvccResult { Outcome: MvccOutcome.Ok } done)
            return;
        keeper.Note(mvcc, done, Now);
        if (result is LeaseGrantResult grant)
            options.Metrics.Leases.Granted(grant.TtlSeconds);
        granted += command is LeaseGrantCommand ? 1 : 0;
        revoked += command is LeaseRevokeCommand ? 1 : 0;
    }
}
