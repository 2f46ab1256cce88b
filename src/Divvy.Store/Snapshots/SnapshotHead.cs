using System.Collections.Immutable;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Store.Packing;

namespace Divvy.Store.Snapshots;

/// <summary>Whose snapshot it is, and where in the log it stands.</summary>
internal sealed record SnapshotHead(ulong ClusterId, Snapshot Snapshot)
{
    private const byte Version = 1;

    public byte[] Encode()
    {
        var writer = new PackedWriter();
        writer.Byte(Version);
        writer.Fixed(ClusterId);
        writer.Fixed(Snapshot.Last.Term.Value);
        writer.Fixed(Snapshot.Last.Index.Value);
        var membership = Snapshot.Membership;
        Write(writer, membership.Voters);
        Write(writer, membership.Outgoing);
        Write(writer, membership.Learners);
        Write(writer, membership.LearnersNext);
        writer.Flag(membership.AutoLeave);
        return writer.ToArray();
    }

    /// <exception cref="FormatException">The bytes are no head that this version knows.</exception>
    public static SnapshotHead Decode(ReadOnlyMemory<byte> data)
    {
        var reader = new PackedReader(data);
        var version = reader.Byte();
        if (version != Version)
            throw new FormatException($"a snapshot of version {version} was written by a newer release");
        var cluster = reader.Fixed();
        var last = new EntryId(new Term(reader.Fixed()), new LogIndex(reader.Fixed()));
        var membership = new MembershipState
        {
            Voters = Read(ref reader),
            Outgoing = Read(ref reader),
            Learners = Read(ref reader),
            LearnersNext = Read(ref reader),
            AutoLeave = reader.Flag(),
        };
        return new SnapshotHead(cluster, new Snapshot(last, membership));
    }

    private static void Write(PackedWriter writer, ImmutableSortedSet<NodeId> nodes)
    {
        writer.Count(nodes.Count);
        foreach (var node in nodes)
            writer.Fixed(node.Value);
    }

    private static ImmutableSortedSet<NodeId> Read(ref PackedReader reader)
    {
        var nodes = ImmutableSortedSet.CreateBuilder<NodeId>();
        for (var left = reader.Count(); left > 0; left--)
            nodes.Add(new NodeId(reader.Fixed()));
        return nodes.ToImmutable();
    }
}
