using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Divvy.Consensus.Raft.Membership;

/// <summary>A change of membership as it stands in the log: steps that take effect together. One step that moves at
/// most one voter is
/// done at once (thesis section 4.3); more go through a joint configuration (paper section 6). No steps: leave the
/// joint
/// configuration. <see cref="Context"/> is the shell's: addresses, a request id.</summary>
public sealed record MembershipChange(
    ImmutableArray<(MembershipOperation Operation, NodeId Node)> Steps,
    bool AutoLeave = true,
    ReadOnlyMemory<byte> Context = default)
{
    /// <summary>Ends a joint change.</summary>
    public static readonly MembershipChange LeaveJoint = new([]);

    public static MembershipChange Single(
        MembershipOperation operation, NodeId node, ReadOnlyMemory<byte> context = default) =>
        new([(operation, node)], Context: context);

    public bool IsLeaveJoint => Steps.IsEmpty;

    public byte[] Encode()
    {
        var buffer = new byte[1 + 4 + (Steps.Length * 9) + Context.Length];
        buffer[0] = AutoLeave ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(1), Steps.Length);
        var at = 5;
        foreach (var (operation, node) in Steps)
        {
            buffer[at] = (byte)operation;
            BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(at + 1), node.Value);
            at += 9;
        }

        Context.Span.CopyTo(buffer.AsSpan(at));
        return buffer;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; null when the bytes are something else.</summary>
    public static MembershipChange? Decode(ReadOnlyMemory<byte> data)
    {
        var span = data.Span;
        if (span.Length < 5 || span[0] > 1)
            return null;
        var count = BinaryPrimitives.ReadInt32LittleEndian(span[1..]);
        if (count < 0 || count > (span.Length - 5) / 9)
            return null;
        var steps = ImmutableArray.CreateBuilder<(MembershipOperation, NodeId)>(count);
        for (var i = 0; i < count; i++)
        {
            var step = span[(5 + (i * 9))..];
            if (step[0] > (byte)MembershipOperation.Remove)
                return null;
            steps.Add(((MembershipOperation)step[0], new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(step[1..]))));
        }

        return new MembershipChange(steps.MoveToImmutable(), span[0] == 1, data[(5 + (count * 9))..]);
    }
}
