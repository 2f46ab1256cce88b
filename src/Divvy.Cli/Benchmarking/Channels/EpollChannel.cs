using System.Net.Sockets;
using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Benchmarking.Channels;

/// <summary>A channel over a plain socket that an <see cref="EpollLoop"/> reads. The thread that has something to send
/// sends it itself; only a full socket makes the loop wait for room.</summary>
internal sealed class EpollChannel : CallChannel
{
    private readonly Socket socket;
    private readonly EpollLoop loop;
    private byte[] leftover = [];
    private bool awaitsRoom;

    /// <param name="socket">Connected, and never used asynchronously: the runtime would then watch it as well.</param>
    /// <param name="loop">Reads it.</param>
    /// <param name="connection">Speaks over it.</param>
    /// <param name="target">For messages to people.</param>
    public EpollChannel(Socket socket, EpollLoop loop, ClientConnection connection, string target)
        : base(connection, target)
    {
        this.socket = socket;
        this.loop = loop;
        socket.Blocking = false;
        Guarded(Flush);
        loop.Add(socket, this);
    }

    /// <summary>Called by the loop: reads once and deals with it. The buffer is the loop's, for all its channels.
    /// </summary>
    public void OnReadable(byte[] buffer)
    {
        leftover.CopyTo(buffer, 0);
        var count = socket.Receive(
            buffer.AsSpan(leftover.Length), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return;
        if (error != SocketError.Success || count == 0)
        {
            loop.Remove(socket);
            Close(error == SocketError.Success
                ? "the server closed the connection"
                : new SocketException((int)error).Message);
            return;
        }

        var filled = leftover.Length + count;
        var consumed = Receive(buffer.AsSpan(0, filled));
        leftover = consumed == filled ? [] : buffer[consumed..filled];
    }

    /// <summary>Called by the loop when a full socket has room again.</summary>
    public void OnWritable() => Guarded(() =>
    {
        awaitsRoom = false;
        loop.WatchRoom(socket, this, wanted: false);
        Flush();
    });

    protected override void Flush()
    {
        var output = Connection.Output;
        while (output.Length > 0 && !awaitsRoom)
        {
            var sent = socket.Send(output.Written.Span, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                awaitsRoom = true;
                loop.WatchRoom(socket, this, wanted: true);
                return;
            }

            if (error != SocketError.Success)
            {
                output.Clear();
                Close(new SocketException((int)error).Message);
                return;
            }

            output.Consume(sent);
        }
    }

    protected override Task ReleaseAsync()
    {
        loop.Remove(socket);
        socket.Dispose();
        return Task.CompletedTask;
    }
}
