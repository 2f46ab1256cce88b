using Divvy.Consensus.Raft;

namespace Divvy.Store.Peers;

/// <summary>The first frame back: who answers, and whether it takes the connection.</summary>
internal sealed record HelloAnswer
{
    public ulong ProtocolVersion { get; init; } = Hello.Version;

    public required HelloStatus Status { get; init; }

    public ulong ClusterId { get; init; }

    /// <summary>The member that answers.</summary>
    public NodeId Member { get; init; }

    /// <summary>Why the connection is refused, for people; empty when it is not.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What was asked for, if it was.</summary>
    public ClusterInformation? Information { get; init; }

    public byte[] Encode()
    {
        var size = 16 + (8 * WireWriter.MaxVarint) + WireWriter.TextSize(Reason)
            + (Information?.SizeBound() ?? 0);
        var buffer = new byte[size];
        var writer = new WireWriter(buffer);
        writer.Fixed64(Hello.Magic);
        writer.Varint(ProtocolVersion);
        writer.Byte((byte)Status);
        writer.Varint(ClusterId);
        writer.Varint(Member.Value);
        writer.Text(Reason);
        writer.Byte(Information is null ? (byte)0 : (byte)1);
        Information?.Write(ref writer);
        return buffer[..writer.Written];
    }

    /// <summary>Reads an answer. Of another version only the version is read.
    /// <exception cref="InvalidDataException">It is none.</exception></summary>
    public static HelloAnswer Decode(ReadOnlySpan<byte> source)
    {
        var reader = new WireReader(source);
        var version = Hello.ReadVersion(ref reader);
        if (version != Hello.Version)
        {
            var reason = $"it speaks version {version} of the peer protocol, this member {Hello.Version}";
            return new HelloAnswer
            {
                ProtocolVersion = version,
                Status = HelloStatus.UnsupportedVersion,
                Reason = reason,
            };
        }

        var answer = new HelloAnswer
        {
            Status = (HelloStatus)reader.Byte(),
            ClusterId = reader.Varint(),
            Member = new NodeId(reader.Varint()),
            Reason = reader.Text(Hello.MaxText),
            Information = reader.Byte() != 0 ? ClusterInformation.Read(ref reader) : null,
        };
        reader.End();
        return answer;
    }
}
