using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Core.Tests.Assignment.World;

/// <summary>A process that runs a host machine on its own clock.</summary>
internal sealed class SimProcess(string name, InstanceId instance, HostMachineOptions options, long driftPpm)
{
    public string Name { get; } = name;

    public InstanceId Instance { get; } = instance;

    public HostMachine Machine { get; } = new(options);

    public bool IsAlive { get; set; } = true;

    public long PausedUntilMs { get; set; } = long.MinValue;

    public SessionRef? Session { get; set; }

    public int Attempt { get; set; }

    public bool Registering { get; set; }

    public bool Leaving { get; set; }

    public List<HandlerCall> Running { get; } = [];

    public List<(ShardId Shard, Admission Admission)> Inside { get; } = [];

    public Dictionary<long, ShardId> Waiting { get; } = [];

    public List<HandlerCall> History { get; } = [];

    public List<JournalEntry> Journal { get; } = [];

    public List<ReleasedRequest> Released { get; } = [];

    public string Nonce => $"{Name}#{Attempt}";

    public long Local(long nowMs) => nowMs + (nowMs * driftPpm / 1_000_000);

    public bool Runs(long nowMs) => IsAlive && nowMs >= PausedUntilMs;

    /// <summary>Whether it would let a request in, or let an answer out, at this instant.</summary>
    public Generation? Believes(ShardId shard, long nowMs)
    {
        if (!IsAlive)
        {
            return null;
        }

        var local = Local(nowMs);
        if (Machine.FindGate(shard) is { } gate && gate.TryEnter(local, out var admission))
        {
            admission.Leave();
            return admission.Generation;
        }

        foreach (var inside in Inside)
        {
            if (inside.Shard == shard && inside.Admission.MayRelease(local))
            {
                return inside.Admission.Generation;
            }
        }

        return null;
    }
}
