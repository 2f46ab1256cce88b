using Divvy.Simulation.World;

namespace Divvy.Simulation.Network;

/// <summary>One end of a connection, in one process.</summary>
internal sealed class ConnectionEnd
{
    private readonly SimConnection connection;
    private readonly bool isNear;

    public ConnectionEnd(SimConnection connection, bool isNear, SimProcess process)
    {
        this.connection = connection;
        this.isNear = isNear;
        Process = process;
        Process.Crashed += OnProcessEnded;
    }

    /// <summary>Told once, in this end's process, with the reason: the other end closed it, its process ended, or
    /// nothing came through for too long. Not after <see cref="Close"/>.</summary>
    public event Action<string>? Broken;

    /// <summary>Where this end is.</summary>
    public SimProcess Process { get; }

    public bool IsOpen { get; private set; } = true;

    /// <summary>Sends something; after what was sent before it.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="deliver">Runs in the other process, with the other end.</param>
    public void Send(long bytes, Action<ConnectionEnd> deliver)
    {
        if (IsOpen && Process.IsAlive)
            connection.Send(isNear, bytes, deliver);
    }

    /// <summary>Closes this end; the other one is told after what was sent before.</summary>
    public void Close()
    {
        if (!IsOpen)
            return;
        connection.Send(isNear, bytes: 40, static other => other.Break("the other side closed the connection"));
        Forget();
    }

    /// <summary>Ends this end as the operating system does.</summary>
    public void Break(string reason)
    {
        if (!IsOpen)
            return;
        Forget();
        Broken?.Invoke(reason);
    }

    private void OnProcessEnded()
    {
        IsOpen = false;
        connection.ProcessEnded(isNear);
    }

    private void Forget()
    {
        IsOpen = false;
        Process.Crashed -= OnProcessEnded;
    }
}
