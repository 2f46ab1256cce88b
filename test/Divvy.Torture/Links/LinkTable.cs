namespace Divvy.Torture.Links;

/// <summary>Which bytes pass between the members, and between clients and members, direction by direction. Thread-safe.</summary>
public sealed class LinkTable
{
    /// <summary>The name under which all clients go.</summary>
    public const string Clients = "clients";

    private readonly Lock gate = new();
    private readonly HashSet<(string From, string To)> cut = [];
    private TaskCompletionSource<bool> healed = NewSource();
    private int holding;

    /// <summary>Connections that hold something back.</summary>
    public int Holding => Volatile.Read(ref holding);

    /// <summary>From now on nothing passes on these links; what is sent is held.</summary>
    public void Cut(IEnumerable<(string From, string To)> links)
    {
        lock (gate)
            cut.UnionWith(links);
    }

    /// <summary>Everything passes again.</summary>
    /// <param name="aborts">Connections that held something back are broken, and it is lost. Else it arrives late.</param>
    public void Heal(bool aborts)
    {
        TaskCompletionSource<bool> waiting;
        lock (gate)
        {
            cut.Clear();
            (waiting, healed) = (healed, NewSource());
        }

        waiting.SetResult(aborts);
    }

    /// <summary>Waits while the link is cut.
    /// <exception cref="IOException">What was held back is lost: break the connection.</exception></summary>
    public async Task PassAsync(string from, string to, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<bool> opened;
            lock (gate)
            {
                if (!cut.Contains((from, to)))
                    return;
                opened = healed.Task;
            }

            Interlocked.Increment(ref holding);
            try
            {
                await opened.WaitAsync(cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref holding);
            }

            if (await opened)
                throw new IOException($"the link from {from} to {to} was cut, and what it held is lost");
        }
    }

    private static TaskCompletionSource<bool> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
