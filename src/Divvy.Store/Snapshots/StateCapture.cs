using System.Buffers;
using Divvy.Consensus.Mvcc.Export;
using Divvy.Consensus.State;
using Divvy.Store.Commands;
using Divvy.Store.Packing;

namespace Divvy.Store.Snapshots;

/// <summary>A state as of one moment, to be written while the state goes on: what is small is copied, the data is
/// exported at a pinned revision. Made and released under the owner's lock.</summary>
internal sealed class StateCapture(ulong clusterId, StateMachine state)
{
    private readonly byte[] members = EncodeMembers(state.Members);
    private readonly byte[] alarms = EncodeAlarms(state.Alarms);
    private readonly byte[] auth = EncodeAuth(state);

    public SnapshotHead Head { get; } = new(clusterId, new(state.Applied, state.Membership));

    public MvccExport Data { get; } = state.Mvcc.BeginExport();

    /// <summary>Writes everything but the data.</summary>
    public void WriteHead(SectionWriter writer)
    {
        writer.Write(SectionKind.Head, Head.Encode());
        writer.Write(SectionKind.Members, members);
        writer.Write(SectionKind.Alarms, alarms);
        writer.Write(SectionKind.Auth, auth);
    }

    private static byte[] EncodeMembers(MemberBook book)
    {
        var writer = new PackedWriter();
        writer.Count(book.All.Count);
        foreach (var member in book.All)
            MemberCodec.Write(writer, member);
        writer.Count(book.Removed.Count);
        foreach (var removed in book.Removed)
            writer.Fixed(removed.Value);
        return writer.ToArray();
    }

    private static byte[] EncodeAlarms(AlarmBook book)
    {
        var writer = new PackedWriter();
        writer.Count(book.All.Count);
        foreach (var alarm in book.All)
        {
            writer.Fixed(alarm.Member.Value);
            writer.Byte((byte)alarm.Kind);
        }

        return writer.ToArray();
    }

    private static byte[] EncodeAuth(StateMachine state)
    {
        var buffer = new ArrayBufferWriter<byte>();
        state.Auth.WriteTo(buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
