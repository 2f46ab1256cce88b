using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Divvy.Store.Peers;

/// <summary>A socket and the stream over it, in clear or secured.</summary>
internal sealed class PeerSocket : IDisposable
{
    private const int TcpNotSentLowWater = 25;

    /// <summary>Bytes the kernel takes ahead of what the network has taken: more would stand before a
    /// heartbeat.</summary>
    private const int KernelBacklog = 128 << 10;

    private readonly Socket socket;

    public PeerSocket(Socket socket)
    {
        this.socket = socket;
        socket.NoDelay = true;
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(
                (int)SocketOptionLevel.Tcp, TcpNotSentLowWater, MemoryMarshal.AsBytes([KernelBacklog]));
        }

        Remote = socket.RemoteEndPoint?.ToString() ?? "an unknown address";
        Stream = new NetworkStream(socket, ownsSocket: true);
    }

    public string Remote { get; }

    /// <summary>Replaced when the connection is secured.</summary>
    public Stream Stream { get; set; }

    /// <summary>Ends every pending call; thread-safe, unlike disposing a secured stream.</summary>
    public void Abort() => socket.Dispose();

    public void Dispose()
    {
        socket.Dispose();
        Stream.Dispose();
    }
}
