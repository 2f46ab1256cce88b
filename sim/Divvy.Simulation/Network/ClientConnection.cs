using Divvy.Simulation.World;

namespace Divvy.Simulation.Network;

/// <summary>A connection as an HTTP client keeps it: nothing is sent before the other side has answered, it is pinged
/// while it is silent, and whoever uses it is told when it breaks. It is used until it breaks.</summary>
internal sealed class ClientConnection
{
    private const int HandshakeBytes = 120;

    private readonly ConnectionEnd near;
    private readonly string host;
    private readonly SortedDictionary<long, IExchange> exchanges = [];
    private readonly Queue<(long Bytes, Action<ConnectionEnd> Deliver)> unsent = new();
    private readonly KeepAlive pings;
    private long lastExchange;

    /// <param name="network">What it goes through.</param>
    /// <param name="client">Whose it is.</param>
    /// <param name="host">Where it leads.</param>
    /// <param name="connectWithin">How long connecting may take.</param>
    public ClientConnection(SimNetwork network, SimProcess client, string host, TimeSpan connectWithin)
    {
        this.host = host;
        near = network.Dial(client, host);
        near.Broken += reason => Break(reason);
        pings = new KeepAlive(near, () => exchanges.Count > 0, reason => Break(reason));
        near.Send(HandshakeBytes, far =>
        {
            _ = new KeepAlive(far, static () => true, far.Break);
            far.Send(HandshakeBytes, _ => OnConnected());
        });
        client.Schedule(connectWithin, () =>
        {
            if (!IsConnected)
                Break($"no connection within {connectWithin.TotalSeconds:0.#} s");
        });
    }

    public SimProcess Client => near.Process;

    public bool IsConnected { get; private set; }

    /// <summary>Something has come back over it, so it may be one that the other side has closed meanwhile.</summary>
    public bool HasCarried { get; private set; }

    /// <summary>It has not broken yet.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <summary>Puts an exchange under way; it is told if the connection breaks, until it ends.</summary>
    /// <returns>Its number, for <see cref="End"/>.</returns>
    public long Begin(IExchange exchange)
    {
        exchanges.Add(++lastExchange, exchange);
        return lastExchange;
    }

    public void End(long exchange) => exchanges.Remove(exchange);

    /// <summary>Sends something, in order, once the connection is made.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="deliver">Runs in the other process, with its end.</param>
    public void Send(long bytes, Action<ConnectionEnd> deliver)
    {
        if (IsConnected)
            near.Send(bytes, deliver);
        else if (IsUsable)
            unsent.Enqueue((bytes, deliver));
    }

    /// <summary>Sends something back over it.</summary>
    /// <param name="far">The other end.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="deliver">Runs in the client's process.</param>
    public void Answer(ConnectionEnd far, long bytes, Action deliver) => far.Send(bytes, _ =>
    {
        pings.Heard();
        HasCarried = true;
        deliver();
    });

    /// <summary>Ends it; the other side is told.</summary>
    public void Close() => Break("the client closed the connection");

    private void OnConnected()
    {
        if (!IsUsable)
            return;
        IsConnected = true;
        pings.Heard();
        while (unsent.TryDequeue(out var packet))
            near.Send(packet.Bytes, packet.Deliver);
    }

    private void Break(string reason)
    {
        if (!IsUsable)
            return;
        IsUsable = false;
        unsent.Clear();
        near.Close();
        var under = exchanges.Values.ToArray();
        exchanges.Clear();
        foreach (var exchange in under)
            exchange.Broke($"{host}: {reason}", neverSent: !IsConnected);
    }
}
