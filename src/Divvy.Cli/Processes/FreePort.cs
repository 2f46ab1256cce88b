using System.Net;
using System.Net.Sockets;

namespace Divvy.Cli.Processes;

/// <summary>Finds runs of loopback ports that nothing listens on, below the range the kernel lends to clients, so
/// that
/// a server that is started again finds its port free. Thread-safe.</summary>
internal static class FreePort
{
    private const int First = 10_000;
    private const int Last = 32_000;
    private const int MaxAttempts = 1_000;

    /// <summary>The first of <paramref name="count"/> ports in a row; <paramref name="preferred"/> if they are free.
    /// </summary>
    public static int Find(int count = 1, int? preferred = null)
    {
        if (preferred is { } wanted && Enumerable.Range(wanted, count).All(CanListen))
            return wanted;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var port = Random.Shared.Next(First, Last - count);
            if (Enumerable.Range(port, count).All(CanListen))
                return port;
        }
        throw new InvalidOperationException($"no {count} free ports in a row between {First} and {Last}");
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
