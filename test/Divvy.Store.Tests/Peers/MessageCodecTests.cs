using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Store.Peers;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Store.Tests.Peers;

public sealed class MessageCodecTests
{
    private static readonly NodeId sender = new(7);
    private static readonly NodeId receiver = new(9);

    private static readonly Gen<ulong> numbers = Gen.OneOf(
        Gen.Elements(0UL, 1UL, 127UL, 128UL, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63),
        Gen.Choose(0, int.MaxValue).Two().Select(two => ((ulong)two.Item1 << 33) ^ (ulong)two.Item2));

    private static readonly Gen<EntryId> ids =
        numbers.Two().Select(two => new EntryId(new Term(two.Item1), new LogIndex(two.Item2)));

    private static readonly Gen<Entry> entries =
        from id in ids
        from kind in Gen.Elements(EntryKind.Command, EntryKind.Membership)
        from size in Gen.OneOf(Gen.Choose(0, 40), Gen.Choose(0, 5_000))
        select new Entry(id.Term, id.Index, kind, PeerMessages.Bytes(size, size));

    private static readonly Gen<List<Entry>> runs =
        from first in Gen.Choose(1, 1_000_000)
        from count in Gen.Choose(0, 30)
        select PeerMessages.Append(receiver, (ulong)first, count).Entries.ToList();

    private static readonly Gen<MembershipState> memberships =
        from sets in numbers.ListOf().Select(list => list.Take(6).Select(id => new NodeId(id))).Four()
        from leave in Gen.Elements(true, false)
        select new MembershipState
        {
            Voters = [.. sets.Item1],
            Outgoing = [.. sets.Item2],
            Learners = [.. sets.Item3],
            LearnersNext = [.. sets.Item4],
            AutoLeave = leave,
        };

    private static readonly Gen<Snapshot?> snapshots = Gen.OneOf(
        Gen.Constant<Snapshot?>(null),
        from last in ids from membership in memberships select (Snapshot?)new Snapshot(last, membership));

    private static readonly Arbitrary<Message> messages = (
        from kind in Gen.Choose(0, (int)MessageKind.ProposeResponse)
        from flags in Gen.Choose(0, 3)
        from term in numbers
        from context in numbers
        from commit in numbers
        from places in ids.Two()
        from content in Gen.OneOf(entries.ListOf().Select(list => list.Take(10).ToList()), runs)
        from snapshot in snapshots
        select new Message
        {
            Kind = (MessageKind)kind,
            From = sender,
            To = receiver,
            Reject = (flags & 1) != 0,
            Transfer = (flags & 2) != 0,
            Term = new Term(term),
            Context = context,
            Commit = new LogIndex(commit),
            Log = places.Item1,
            Hint = places.Item2,
            Entries = [.. content],
            Snapshot = snapshot,
        }).ToArbitrary();

    [Fact]
    public void Read_OfAnyWrittenMessage_GivesItBackWithinTheBound() =>
        Prop.ForAll(messages, message =>
        {
            var bytes = Encode(message);
            ((long)bytes.Length).ShouldBeLessThanOrEqualTo(MessageCodec.SizeBound(message));
            MessageCodec.Read(bytes, sender, receiver).ShouldMatch(message);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_OfEveryPrefix_IsRefused() =>
        Prop.ForAll(messages, message =>
        {
            var bytes = Encode(message);
            for (var length = 0; length < Math.Min(bytes.Length, 300); length++)
                Should.Throw<InvalidDataException>(() => MessageCodec.Read(bytes.AsSpan(0, length), sender, receiver));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void Read_OfDamagedBytes_IsRefusedOrAMessageOfBoundedSize()
    {
        var places = Gen.Choose(0, int.MaxValue).Two().ListOf().Select(list => list.Take(4).ToList()).ToArbitrary();
        Prop.ForAll(messages, places, (message, damage) =>
        {
            var bytes = Encode(message);
            foreach (var (at, value) in damage)
                bytes[at % bytes.Length] = (byte)value;
            ReadOrRefuse(bytes);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Read_OfRandomBytes_IsRefusedOrAMessageOfBoundedSize() =>
        Prop.ForAll(Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf().ToArbitrary(), ReadOrRefuse)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData("0440" + "00" + "FFFFFFFF0F", "at most")] // 4 billion entries
    [InlineData("0440" + "00" + "808004", "do not fit")] // 65,536 entries in no bytes
    [InlineData("0440" + "00" + "01" + "00" + "FFFFFFFF07", "announced")] // an entry of 2 GiB
    [InlineData("0440" + "00" + "01" + "0500", "unknown entry kind 5")]
    [InlineData("0880" + "00" + "0000" + "00" + "FFFF7F", "at most")] // 2 million voters
    [InlineData("FF00" + "00", "unknown message kind 255")]
    [InlineData("0600" + "0000", "too many")] // a byte behind the end
    [InlineData("0600" + "FFFFFFFFFFFFFFFFFF02", "longer than 64 bits")]
    public void Read_Hostile_SaysWhy(string hex, string why) =>
        Should.Throw<InvalidDataException>(
                () => MessageCodec.Read(Convert.FromHexString(hex), sender, receiver))
            .Message.ShouldContain(why);

    [Fact]
    public void Read_EntryData_OwnsAnArrayOfItsSize()
    {
        var read = MessageCodec.Read(Encode(PeerMessages.Append(receiver, 1, 3, 20)), sender, receiver);
        foreach (var entry in read.Entries)
        {
            System.Runtime.InteropServices.MemoryMarshal.TryGetArray(entry.Data, out var segment).ShouldBeTrue();
            segment.Array!.Length.ShouldBe(20, "a slice would keep the whole frame alive for one small entry");
        }
    }

    [Fact]
    public void Write_AHeartbeat_TakesFewBytes() =>
        Encode(PeerMessages.Heartbeat(receiver) with { Commit = new LogIndex(1_000_000) }).Length.ShouldBe(6);

    private static void ReadOrRefuse(byte[] bytes)
    {
        try
        {
            var message = MessageCodec.Read(bytes, sender, receiver);
            message.Entries.Sum(entry => (long)entry.Data.Length).ShouldBeLessThanOrEqualTo(bytes.Length);
        }
        catch (InvalidDataException refusal)
        {
            refusal.Message.ShouldNotBeEmpty();
        }
    }

    private static byte[] Encode(Message message)
    {
        var buffer = new byte[MessageCodec.SizeBound(message)];
        return buffer[..MessageCodec.Write(buffer, message)];
    }
}
