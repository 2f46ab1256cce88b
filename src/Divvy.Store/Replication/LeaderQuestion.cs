using Divvy.Consensus.Raft;
using Divvy.Consensus.State;
using Divvy.Store.Commands;
using Divvy.Store.Packing;

namespace Divvy.Store.Replication;

/// <summary>Something a member asks its leader. Which fields mean something depends on the kind.</summary>
internal sealed record LeaderQuestion(LeaderQuestionKind Kind)
{
    public long Lease { get; init; }

    public NodeId Target { get; init; }

    /// <summary>With the keys of the lease; the new member begins as a learner.</summary>
    public bool Flag { get; init; }

    public MemberRecord? Member { get; init; }

    /// <summary>It was asked before, and what became of that is not known: if it was done, it is not to be refused for
    /// having been done.</summary>
    public bool IsRepeated { get; init; }

    public byte[] Encode()
    {
        var writer = new PackedWriter(32);
        writer.Byte((byte)Kind);
        writer.Signed(Lease);
        writer.Fixed(Target.Value);
        writer.Flag(Flag);
        writer.Flag(IsRepeated);
        writer.Flag(Member is not null);
        if (Member is not null)
            MemberCodec.Write(writer, Member);
        return writer.ToArray();
    }

    /// <exception cref="FormatException">The bytes are no question.</exception>
    public static LeaderQuestion Decode(ReadOnlyMemory<byte> data)
    {
        var reader = new PackedReader(data);
        var kind = (LeaderQuestionKind)reader.Byte();
        if (kind is < LeaderQuestionKind.Renew or > LeaderQuestionKind.PromoteMember)
            throw new FormatException($"{(byte)kind} is no question to a leader");
        return new LeaderQuestion(kind)
        {
            Lease = reader.Signed(),
            Target = new NodeId(reader.Fixed()),
            Flag = reader.Flag(),
            IsRepeated = reader.Flag(),
            Member = reader.Flag() ? MemberCodec.Read(ref reader) : null,
        };
    }
}
