using Divvy.Consensus.Raft;
using Divvy.Consensus.State;
using Divvy.Store.Packing;

namespace Divvy.Store.Commands;

/// <summary>What a membership entry carries besides the change: whose proposal it is, and of a new member how it is
/// called and reached.</summary>
internal sealed record MembershipContext(ulong Request, NodeId Proposer, MemberRecord? Subject)
{
    public byte[] Encode()
    {
        var writer = new PackedWriter();
        writer.Fixed(Request);
        writer.Fixed(Proposer.Value);
        writer.Flag(Subject is not null);
        if (Subject is not null)
            MemberCodec.Write(writer, Subject);
        return writer.ToArray();
    }

    /// <summary>Null: there is none, as in the entry by which a leader ends a joint change.</summary>
    public static MembershipContext? Decode(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty)
            return null;
        var reader = new PackedReader(data);
        var request = reader.Fixed();
        var proposer = new NodeId(reader.Fixed());
        return new MembershipContext(request, proposer, reader.Flag() ? MemberCodec.Read(ref reader) : null);
    }
}
