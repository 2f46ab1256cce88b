using System.Net;
using System.Net.Sockets;

namespace Divvy.TestKit;

/// <summary>Finds loopback ports that nothing listens on. They are taken below the kernel's ephemeral range, so that
/// a server that is killed and restarted on the same port does not find it lent out as some client's source port,
/// and no port is given twice by one process. Thread-safe.</summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int Last = 32_000;
    private const int MaxAttempts = 1_000;

    private static readonly HashSet<int> given = [];
    private static readonly Lock gate = new();

    public static int Probe()
    {
        lock (gate)
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                var port = Random.Shared.Next(First, Last);
                if (!given.Contains(port) && CanListen(port))
                {
                    given.Add(port);
                    return port;
                }
            }
        }
        throw new InvalidOperationException($"no free port between {First} and {Last} after {MaxAttempts} attempts");
    }

    private static bool CanListen(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
