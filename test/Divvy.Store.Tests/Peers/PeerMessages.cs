using System.Collections.Immutable;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Store.Tests.Peers;

/// <summary>Messages for tests of the transport.</summary>
internal static class PeerMessages
{
    public static Message Heartbeat(NodeId to, ulong round = 0) => new()
    {
        Kind = MessageKind.Heartbeat,
        To = to,
        Term = new Term(3),
        Context = round,
    };

    public static Message Append(NodeId to, ulong first, int count = 1, int size = 10) => new()
    {
        Kind = MessageKind.AppendEntries,
        To = to,
        Term = new Term(3),
        Log = new EntryId(new Term(3), new LogIndex(first - 1)),
        Commit = new LogIndex(first - 1),
        Entries =
        [
            .. Enumerable.Range(0, count).Select(i => new Entry(
                new Term(3), new LogIndex(first + (ulong)i), EntryKind.Command, Bytes((int)first + i, size))),
        ],
    };

    public static Message Install(NodeId to, ulong index = 100) => new()
    {
        Kind = MessageKind.InstallSnapshot,
        To = to,
        Term = new Term(3),
        Snapshot = new Snapshot(
            new EntryId(new Term(2), new LogIndex(index)), MembershipState.Of(new NodeId(1), new NodeId(2))),
    };

    public static byte[] Bytes(int seed, int size)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static ImmutableArray<Message> Only(Message message) => [message];

    /// <summary>The message as its receiver sees it.</summary>
    public static Message From(this Message message, NodeId sender) => message with { From = sender };

    /// <summary>Every field, with the entries' content: records compare arrays by reference.</summary>
    public static void ShouldMatch(this Message actual, Message expected)
    {
        actual.Entries.ShouldBe(expected.Entries);
        (actual with { Entries = [] }).ShouldBe(expected with { Entries = [] });
    }
}
