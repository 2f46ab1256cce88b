using System.Net.Sockets;
using Divvy.Consensus.Raft;
using Divvy.Store.Peers;

namespace Divvy.Store.Tests.Peers;

/// <summary>The opening side of a connection, frame by frame: for what a sound member does not send.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly TcpClient client = new();
    private FrameReader? reader;

    public NetworkStream Stream => client.GetStream();

    /// <summary>Opens a connection and introduces itself as a member of the host's cluster.</summary>
    public static async Task<RawPeer> IntroduceAsync(PeerHost host, NodeId self, Hello? hello = null)
    {
        var raw = await ConnectAsync(host);
        hello ??= new Hello { ClusterId = PeerHost.Cluster, From = self, To = host.Id };
        await Handshake.SendAsync(raw.Stream, FrameKind.Hello, hello.Encode(), default);
        raw.reader = new FrameReader(raw.Stream) { MaxPayload = Hello.MaxBytes };
        await Wait.For(
            Handshake.ReceiveAsync(raw.reader, FrameKind.HelloAnswer, HelloAnswer.Decode, default),
            "the answer to the hello");
        return raw;
    }

    public static async Task<RawPeer> ConnectAsync(PeerHost host)
    {
        var raw = new RawPeer();
        await raw.client.ConnectAsync("127.0.0.1", host.Transport.ListenUrls[0].Port);
        return raw;
    }

    public async Task SendAsync(OutgoingFrame frame)
    {
        using var buffer = new FrameBuffer();
        buffer.Append(frame);
        await Stream.WriteAsync(buffer.Written);
    }

    /// <summary>Skips frames until one of this kind.</summary>
    public async Task<(ulong Number, ulong Extra)> ReceiveAsync(FrameKind kind)
    {
        while (true)
        {
            while (reader!.TryTake(out var actual, out var payload))
            {
                var frame = Envelope.Read(payload);
                if (actual == kind)
                    return (frame.Number, frame.Extra);
            }

            if (await Wait.For(reader.FillAsync().AsTask(), $"a frame of kind {kind}") == 0)
                throw new EndOfStreamException($"closed before a frame of kind {kind} came");
        }
    }

    /// <summary>Waits until the other side has closed the connection.</summary>
    public async Task ClosedAsync()
    {
        try
        {
            while (await Wait.For(reader!.FillAsync().AsTask(), "the end of the connection") > 0)
            {
                while (reader.TryTake(out _, out _))
                {
                    // Whatever it said before.
                }
            }
        }
        catch (IOException)
        {
            // Reset instead of closed: what was sent last had not been read.
        }
    }

    public void Dispose()
    {
        reader?.Dispose();
        client.Dispose();
    }
}
