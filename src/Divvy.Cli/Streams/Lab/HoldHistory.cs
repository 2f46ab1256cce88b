using Divvy.Cli.Streams.Consuming;

namespace Divvy.Cli.Streams.Lab;

/// <summary>Who held which shard when, by the journals of all workers. Pure.</summary>
internal sealed class HoldHistory
{
    private readonly List<ShardHold> closed = [];
    private readonly Dictionary<(string Worker, string Shard), ShardHold> open = [];

    /// <summary>All holdings, in the order of their beginnings.</summary>
    public IEnumerable<ShardHold> All => closed.Concat(open.Values).OrderBy(hold => hold.FromMs);

    /// <summary>How many shards a worker holds now.</summary>
    public int Count(string worker) => open.Keys.Count(key => key.Worker == worker);

    /// <summary>Whether a worker holds a shard now.</summary>
    public bool IsHeld(string worker, string shard) => open.ContainsKey((worker, shard));

    /// <summary>Takes an entry; those of one worker come in order.</summary>
    public void Take(ConsumeEntry entry)
    {
        var key = (entry.Worker, entry.Shard);
        switch (entry.Event)
        {
            case ConsumeEvent.Began:
                open[key] = new(entry.Shard, entry.Worker, entry.AtMs);
                break;
            case ConsumeEvent.Gave or ConsumeEvent.Lost or ConsumeEvent.Ended when open.Remove(key, out var hold):
                closed.Add(hold with
                {
                    ToMs = entry.AtMs,
                    Ended = entry.Event == ConsumeEvent.Ended,
                    Given = entry.Event == ConsumeEvent.Gave,
                });
                break;
        }
    }

    /// <summary>A worker was killed: what it held ended then.</summary>
    public void Bury(string worker, double atMs)
    {
        foreach (var (key, hold) in open.Where(pair => pair.Key.Worker == worker).ToList())
        {
            open.Remove(key);
            closed.Add(hold with { ToMs = atMs });
        }
    }

    /// <summary>Holdings that began after a time on another worker than the shard's last.</summary>
    public IEnumerable<(ShardHold Before, ShardHold After)> Moves(double sinceMs) =>
        from shard in All.GroupBy(hold => hold.Shard)
        let holds = shard.ToList()
        from pair in holds.Zip(holds.Skip(1))
        where pair.Second.FromMs >= sinceMs && pair.First.Worker != pair.Second.Worker
        select (pair.First, pair.Second);

    /// <summary>How long nobody processed a shard that was handed over, in milliseconds.</summary>
    public IEnumerable<double> HandoffGaps(double sinceMs) =>
        from move in Moves(sinceMs)
        where move.Before.Given
        select Math.Max(0, move.After.FromMs - (move.Before.ToMs ?? move.After.FromMs));
}
