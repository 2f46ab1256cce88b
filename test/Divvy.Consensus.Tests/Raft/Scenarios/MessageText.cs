using System.Collections.Immutable;
using System.Text;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Consensus.Tests.Raft.Scenarios;

/// <summary>Messages and entries as one line of a trace.</summary>
internal static class MessageText
{
    public static string Of(Message message) => $"{message.From}>{message.To} {message.Kind}{Body(message)}";

    public static string Of(Entry entry) => entry.Data.IsEmpty ? $"{entry.Term}/{entry.Index}"
        : entry.Kind == EntryKind.Command
        ? $"{entry.Term}/{entry.Index} '{Encoding.UTF8.GetString(entry.Data.Span)}'"
        : $"{entry.Term}/{entry.Index} {Of(MembershipChange.Decode(entry.Data)!)}";

    private static string Of(MembershipChange change) => change.IsLeaveJoint
        ? "(leave joint)"
        : $"({string.Join(", ", change.Steps.Select(step => $"{step.Operation} {step.Node}"))})";

    private static string Body(Message message) => message.Kind switch
    {
        MessageKind.PreVote or MessageKind.RequestVote =>
            $" term {message.Term}, last entry {message.Log}{(message.Transfer ? ", told to" : "")}",
        MessageKind.PreVoteResponse or MessageKind.RequestVoteResponse =>
            $" term {message.Term}: {(message.Reject ? "no" : "yes")}",
        MessageKind.AppendEntries =>
            $" term {message.Term}, after {message.Log} {Of(message.Entries)}, commit {message.Commit}",
        MessageKind.AppendEntriesResponse => message.Reject
            ? $" term {message.Term}: not after {message.Log}, perhaps after {message.Hint}"
            : $" term {message.Term}: has all up to {message.Log.Index}",
        MessageKind.Heartbeat => $" term {message.Term}, commit {message.Commit}, round {message.Context}",
        MessageKind.HeartbeatResponse => $" term {message.Term}, round {message.Context}",
        MessageKind.InstallSnapshot => $" term {message.Term}, up to {message.Snapshot!.Last}",
        MessageKind.TimeoutNow => $" term {message.Term}",
        MessageKind.Propose => $" request {message.Context} {Of(message.Entries)}",
        MessageKind.ProposeResponse =>
            $" request {message.Context}: {(message.Reject ? "refused" : $"is {message.Log}")}",
        MessageKind.ReadIndex => $" request {message.Context}",
        _ => $" request {message.Context}: {(message.Reject ? "ask again" : $"at {message.Log.Index}")}",
    };

    private static string Of(ImmutableArray<Entry> entries) => $"[{string.Join(", ", entries.Select(Describe))}]";

    private static string Describe(Entry entry) => entry.Index == LogIndex.Zero
        ? $"'{Encoding.UTF8.GetString(entry.Data.Span)}'"
        : Of(entry);
}
