using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>The first frame of a connection, by the side that opened it: who it is and whom it means to reach.
/// </summary>
internal sealed record Hello
{
    /// <summary>"DIVVYPP1": the first thing in the first frame, so that another protocol is told apart at once.
    /// </summary>
    public const ulong Magic = 0x3150505956564944;

    public const ulong Version = 1;

    /// <summary>A hello or its answer, at most.</summary>
    public const int MaxBytes = 64 << 10;

    public const int MaxText = 1 << 10;

    public const int MaxUrls = 16;

    public ulong ProtocolVersion { get; init; } = Version;

    /// <summary>The asker is no member yet: it wants the cluster's members and nothing else.</summary>
    public bool AsksForInformation { get; init; }

    public ulong ClusterId { get; init; }

    public NodeId From { get; init; }

    /// <summary>Whom the sender means to reach.</summary>
    public NodeId To { get; init; }

    public string Name { get; init; } = "";

    /// <summary>Where the sender is reached: a member that has not heard of it yet can answer nevertheless.</summary>
    public IReadOnlyList<Uri> Urls { get; init; } = [];

    public PeerAddress Sender => new(From, Name, Urls);

    public byte[] Encode()
    {
        var size = 16 + (6 * WireWriter.MaxVarint) + WireWriter.TextSize(Name)
            + Urls.Sum(url => WireWriter.TextSize(url.OriginalString));
        var buffer = new byte[size];
        var writer = new WireWriter(buffer);
        writer.Fixed64(Magic);
        writer.Varint(ProtocolVersion);
        writer.Byte(AsksForInformation ? (byte)1 : (byte)0);
        writer.Varint(ClusterId);
        writer.Varint(From.Value);
        writer.Varint(To.Value);
        writer.Text(Name);
        PeerUrls.Write(ref writer, Urls);
        return buffer[..writer.Written];
    }

    /// <summary>Reads a hello. Of another version only the version is read.
    /// <exception cref="InvalidDataException">It is none.</exception></summary>
    public static Hello Decode(ReadOnlySpan<byte> source)
    {
        var reader = new WireReader(source);
        var version = ReadVersion(ref reader);
        if (version != Version)
            return new Hello { ProtocolVersion = version };
        var hello = new Hello
        {
            AsksForInformation = reader.Byte() != 0,
            ClusterId = reader.Varint(),
            From = new NodeId(reader.Varint()),
            To = new NodeId(reader.Varint()),
            Name = reader.Text(MaxText),
            Urls = PeerUrls.Read(ref reader),
        };
        reader.End();
        return hello;
    }

    public static ulong ReadVersion(ref WireReader reader) => reader.Fixed64() == Magic
        ? reader.Varint()
        : throw new InvalidDataException("it does not speak the protocol of store members");
}
