using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Store.Peers;

/// <summary>A Raft message as bytes. Sender and receiver are not among them: they are those of the connection, so a
/// member cannot speak for another one. Numbers are varints; what a kind does not use takes no room.
/// <para>Decoding gives each entry an array of exactly its length: entries live long (in the log, and their values in
/// the key space), and a slice would keep the whole frame alive for one small value.</para></summary>
internal static class MessageCodec
{
    /// <summary>The most entries in one message: bounds what a small frame of empty entries can make the receiver
    /// allocate.</summary>
    public const int MaxEntries = 1 << 18;

    /// <summary>The most members in one set of a snapshot's membership.</summary>
    public const int MaxMembers = 1 << 10;

    private const byte HasReject = 1;
    private const byte HasTransfer = 2;
    private const byte HasLog = 4;
    private const byte HasCommit = 8;
    private const byte HasHint = 16;
    private const byte HasContext = 32;
    private const byte HasEntries = 64;
    private const byte HasSnapshot = 128;

    /// <summary>Set on an entry that does not follow its predecessor in the same term.</summary>
    private const byte HasEntryId = 128;

    private const int SmallestEntry = 2;
    private const int LargestHead = 2 + (7 * WireWriter.MaxVarint);
    private const int LargestEntryHead = 1 + (3 * WireWriter.MaxVarint);

    /// <summary>No fewer bytes than <see cref="Write(Span{byte}, Message)"/> takes.</summary>
    public static long SizeBound(Message message)
    {
        var size = (long)LargestHead;
        foreach (ref readonly var entry in message.Entries.AsSpan())
            size += LargestEntryHead + entry.Data.Length;
        if (message.Snapshot is { Membership: var members })
        {
            size += (6 * WireWriter.MaxVarint) + 1;
            size += (long)sizeof(ulong) * (members.Voters.Count + members.Outgoing.Count
                + members.Learners.Count + members.LearnersNext.Count);
        }

        return size;
    }

    /// <summary>Writes a message into a span of at least <see cref="SizeBound"/> bytes; returns how many it
    /// took.</summary>
    public static int Write(Span<byte> target, Message message)
    {
        var writer = new WireWriter(target);
        writer.Byte((byte)message.Kind);
        writer.Byte(Flags(message));
        writer.Varint(message.Term.Value);
        if (message.Log != EntryId.Zero)
            Write(ref writer, message.Log);
        if (message.Commit != LogIndex.Zero)
            writer.Varint(message.Commit.Value);
        if (message.Hint != EntryId.Zero)
            Write(ref writer, message.Hint);
        if (message.Context != 0)
            writer.Fixed64(message.Context);
        if (!message.Entries.IsEmpty)
            Write(ref writer, message.Entries.AsSpan());
        if (message.Snapshot is { } snapshot)
            Write(ref writer, snapshot);
        return writer.Written;
    }

    /// <summary>Reads a message that one member sent to another.
    /// <exception cref="InvalidDataException">The bytes are no message; says why.</exception></summary>
    public static Message Read(ReadOnlySpan<byte> source, NodeId from, NodeId to)
    {
        var reader = new WireReader(source);
        var kind = (MessageKind)reader.Byte();
        if (kind > MessageKind.ProposeResponse)
            throw new InvalidDataException($"unknown message kind {(byte)kind}");
        var flags = reader.Byte();
        var message = new Message
        {
            Kind = kind,
            From = from,
            To = to,
            Reject = (flags & HasReject) != 0,
            Transfer = (flags & HasTransfer) != 0,
            Term = new Term(reader.Varint()),
            Log = (flags & HasLog) != 0 ? ReadId(ref reader) : EntryId.Zero,
            Commit = (flags & HasCommit) != 0 ? new LogIndex(reader.Varint()) : LogIndex.Zero,
            Hint = (flags & HasHint) != 0 ? ReadId(ref reader) : EntryId.Zero,
            Context = (flags & HasContext) != 0 ? reader.Fixed64() : 0,
            Entries = (flags & HasEntries) != 0 ? ReadEntries(ref reader) : [],
            Snapshot = (flags & HasSnapshot) != 0 ? ReadSnapshot(ref reader) : null,
        };
        reader.End();
        return message;
    }

    private static byte Flags(Message message) => (byte)(
        (message.Reject ? HasReject : 0)
        | (message.Transfer ? HasTransfer : 0)
        | (message.Log != EntryId.Zero ? HasLog : 0)
        | (message.Commit != LogIndex.Zero ? HasCommit : 0)
        | (message.Hint != EntryId.Zero ? HasHint : 0)
        | (message.Context != 0 ? HasContext : 0)
        | (!message.Entries.IsEmpty ? HasEntries : 0)
        | (message.Snapshot is not null ? HasSnapshot : 0));

    private static void Write(ref WireWriter writer, EntryId id)
    {
        writer.Varint(id.Term.Value);
        writer.Varint(id.Index.Value);
    }

    private static EntryId ReadId(ref WireReader reader) =>
        new(new Term(reader.Varint()), new LogIndex(reader.Varint()));

    private static void Write(ref WireWriter writer, ReadOnlySpan<Entry> entries)
    {
        writer.Varint((ulong)entries.Length);
        var expected = EntryId.Zero;
        foreach (ref readonly var entry in entries)
        {
            var id = new EntryId(entry.Term, entry.Index);
            writer.Byte((byte)((byte)entry.Kind | (id != expected ? HasEntryId : 0)));
            if (id != expected)
                Write(ref writer, id);
            writer.Varint((ulong)entry.Data.Length);
            writer.Bytes(entry.Data.Span);
            expected = id with { Index = id.Index.Next };
        }
    }

    private static ImmutableArray<Entry> ReadEntries(ref WireReader reader)
    {
        var entries = new Entry[reader.Count("entries", SmallestEntry, MaxEntries)];
        var id = EntryId.Zero;
        foreach (ref var entry in entries.AsSpan())
        {
            var tag = reader.Byte();
            if ((tag & HasEntryId) != 0)
                id = ReadId(ref reader);
            var kind = (EntryKind)(tag & ~HasEntryId);
            if (kind > EntryKind.Membership)
                throw new InvalidDataException($"unknown entry kind {(byte)kind}");
            var data = reader.Bytes();
            entry = new Entry(id.Term, id.Index, kind, data.IsEmpty ? default : data.ToArray());
            id = id with { Index = id.Index.Next };
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(entries);
    }

    private static void Write(ref WireWriter writer, Snapshot snapshot)
    {
        Write(ref writer, snapshot.Last);
        writer.Byte(snapshot.Membership.AutoLeave ? (byte)1 : (byte)0);
        Write(ref writer, snapshot.Membership.Voters);
        Write(ref writer, snapshot.Membership.Outgoing);
        Write(ref writer, snapshot.Membership.Learners);
        Write(ref writer, snapshot.Membership.LearnersNext);
    }

    private static Snapshot ReadSnapshot(ref WireReader reader) => new(
        ReadId(ref reader),
        new MembershipState
        {
            AutoLeave = reader.Byte() != 0,
            Voters = ReadMembers(ref reader),
            Outgoing = ReadMembers(ref reader),
            Learners = ReadMembers(ref reader),
            LearnersNext = ReadMembers(ref reader),
        });

    private static void Write(ref WireWriter writer, ImmutableSortedSet<NodeId> members)
    {
        writer.Varint((ulong)members.Count);
        foreach (var member in members)
            writer.Fixed64(member.Value);
    }

    private static ImmutableSortedSet<NodeId> ReadMembers(ref WireReader reader)
    {
        var count = reader.Count("members", sizeof(ulong), MaxMembers);
        var members = ImmutableSortedSet.CreateBuilder<NodeId>();
        for (var i = 0; i < count; i++)
            members.Add(new NodeId(reader.Fixed64()));
        return members.ToImmutable();
    }
}
