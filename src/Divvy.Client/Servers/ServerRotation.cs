using Divvy.Client.Etcd;
using Divvy.Rpc;

namespace Divvy.Client.Servers;

/// <summary>Which server one stream uses, and how long it waits before the next try. Streams begin at different
/// servers, so that a cluster shares them out; after a failure the next server is tried, at once as long as there is
/// one that was not tried in this round. Used by one loop.</summary>
internal sealed class ServerRotation
{
    private readonly ServerChannels servers;
    private readonly TimeSpan lowestPause;
    private readonly TimeSpan highestPause;
    private readonly Random dice;
    private int position;
    private int failures;

    public ServerRotation(ServerChannels servers, TimeSpan lowestPause, TimeSpan highestPause, Random dice)
    {
        this.servers = servers;
        this.lowestPause = lowestPause;
        this.highestPause = highestPause;
        this.dice = dice;
        position = dice.Next(servers.Count);
    }

    public IRpcChannel Current => servers[position];

    public void Succeeded() => failures = 0;

    /// <summary>Goes on to the next server and says how long to wait before using it.</summary>
    public TimeSpan MoveOn()
    {
        position = (position + 1) % servers.Count;
        failures++;
        var round = failures / servers.Count;
        return failures % servers.Count != 0
            ? TimeSpan.Zero
            : RetryBackoff.Pause(round, lowestPause, highestPause, dice.NextDouble());
    }

    /// <summary>As <see cref="MoveOn"/>, when the answer came from the store, so that every server would give it: as if
    /// all had been asked.</summary>
    public TimeSpan MoveOnFromAll()
    {
        failures += servers.Count - 1 - (failures % servers.Count);
        return MoveOn();
    }
}
