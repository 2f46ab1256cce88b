using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Divvy.Cli.Benchmarking.Channels;

/// <summary>One thread that reads all sockets of a load (Linux). The runtime's own asynchronous sockets cost two reads
/// and one or two thread changes a wake-up, which on a machine shared with the server is a good part of what is to be
/// measured. Disposing it ends the thread.</summary>
internal sealed class EpollLoop : IDisposable
{
    private const int MaxEvents = 256;
    private const int BufferSize = 512 * 1024;
    private const int WakeMilliseconds = 100;
    private const uint Readable = 0x1;
    private const uint Writable = 0x4;

    /// <summary>The kernel packs the structure on x86-64, and only there.</summary>
    private static readonly bool isPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int eventSize = isPacked ? 12 : 16;
    private static readonly int dataOffset = isPacked ? 4 : 8;

    private readonly ConcurrentDictionary<int, EpollChannel> channels = new();
    private readonly Thread thread;
    private readonly int epoll;
    private volatile bool isStopped;

    public EpollLoop()
    {
        epoll = Native.Create(0);
        if (epoll < 0)
            throw new IOException($"epoll_create1 failed: errno {Marshal.GetLastPInvokeError()}");
        thread = new Thread(Run) { IsBackground = true, Name = "bench sockets" };
        thread.Start();
    }

    public static bool IsSupported => OperatingSystem.IsLinux();

    public void Add(Socket socket, EpollChannel channel)
    {
        channels[Descriptor(socket)] = channel;
        Control(Native.Add, socket, Readable);
    }

    public void WatchRoom(Socket socket, EpollChannel channel, bool wanted)
    {
        if (channels.TryGetValue(Descriptor(socket), out var known) && known == channel)
            Control(Native.Modify, socket, wanted ? Readable | Writable : Readable);
    }

    public void Remove(Socket socket)
    {
        if (!socket.SafeHandle.IsClosed && channels.TryRemove(Descriptor(socket), out _))
            Control(Native.Delete, socket, 0);
    }

    public void Dispose()
    {
        isStopped = true;
        thread.Join();
        Native.Close(epoll);
    }

    private static int Descriptor(Socket socket) => (int)socket.Handle;

    private void Control(int operation, Socket socket, uint events)
    {
        Span<byte> data = stackalloc byte[eventSize];
        MemoryMarshal.Write(data, events);
        MemoryMarshal.Write(data[dataOffset..], (long)Descriptor(socket));
        if (Native.Control(epoll, operation, Descriptor(socket), ref MemoryMarshal.GetReference(data)) != 0)
            throw new IOException($"epoll_ctl failed: errno {Marshal.GetLastPInvokeError()}");
    }

    private void Run()
    {
        var buffer = new byte[BufferSize];
        var events = new byte[MaxEvents * eventSize];
        while (!isStopped)
        {
            var count = Native.Wait(epoll, ref events[0], MaxEvents, WakeMilliseconds);
            for (var i = 0; i < count; i++)
            {
                var entry = events.AsSpan(i * eventSize, eventSize);
                var happened = MemoryMarshal.Read<uint>(entry);
                if (!channels.TryGetValue((int)MemoryMarshal.Read<long>(entry[dataOffset..]), out var channel))
                    continue;
                Serve(channel, happened, buffer);
            }
        }
    }

    private static void Serve(EpollChannel channel, uint happened, byte[] buffer)
    {
        try
        {
            if ((happened & Writable) != 0)
                channel.OnWritable();
            if ((happened & ~Writable) != 0)
                channel.OnReadable(buffer);
        }
        catch (Exception failure) when (failure is ObjectDisposedException or IOException)
        {
            // Another thread closed the channel, and with it the socket, after the kernel had reported it.
        }
    }

    private static class Native
    {
        public const int Add = 1;
        public const int Delete = 2;
        public const int Modify = 3;

        [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
        public static extern int Create(int flags);

        [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
        public static extern int Control(int epoll, int operation, int descriptor, ref byte data);

        [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
        public static extern int Wait(int epoll, ref byte events, int maxEvents, int milliseconds);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        public static extern int Close(int descriptor);
    }
}
