using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Distribution;

/// <summary>Whether plans are committed by who leads: each transaction that begins planned moves says which server wrote
/// it, and that one leads then. Two that plan spend the budget twice, and one that has been succeeded knows neither what
/// its successor has planned nor what operators have said meanwhile.</summary>
internal sealed class LeaderBook(RunReport report)
{
    /// <summary>Who stands in line, and since which revision: the oldest leads.</summary>
    private readonly SortedDictionary<string, (long Since, string Server)> line = new(StringComparer.Ordinal);

    /// <summary>A server has entered the line.</summary>
    public void Enters(string key, long since, string server) => line[key] = (since, server);

    /// <summary>The store has let go of a key.</summary>
    public void Leaves(string key) => line.Remove(key);

    /// <summary>A transaction has begun planned moves.</summary>
    /// <param name="server">Who wrote it.</param>
    /// <param name="revision">Its revision.</param>
    public void Planned(string server, long revision)
    {
        var leader = line.Count == 0 ? null : line.Values.MinBy(one => one.Since).Server;
        if (server != leader)
            report.Violated("plans of leaders", $"{server} plans at revision {revision}, and {leader ?? "nobody"} leads");
    }
}
