using Divvy.Simulation.Faults;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Streams;

/// <summary>What can go wrong with workers and the lease table.</summary>
internal sealed class StreamFaults(StreamFleet fleet, StreamSettings settings) : IFaultTarget
{
    private readonly SortedDictionary<int, Action> lasting = [];

    public (string Text, Action Heal)? Strike(Fault fault)
    {
        if (Hit(fault) is not { } struck)
            return null;
        lasting.Add(fault.Number, struck.Heal);
        return (struck.Text, () => Heal(fault.Number));
    }

    /// <summary>Ends what lasts.</summary>
    public void HealAll()
    {
        foreach (var number in lasting.Keys.ToArray())
            Heal(number);
    }

    private void Heal(int number)
    {
        if (lasting.Remove(number, out var heal))
            heal();
    }

    private (string Text, Action Heal)? Hit(Fault fault)
    {
        var living = fleet.Living;
        if (living.Count == 0)
            return null;
        var node = living[fault.Target % living.Count];
        var service = fleet.Service;
        switch (fault.Kind)
        {
            case FaultKind.Crash:
                node.Process.Crash();
                return (node.Name, () => fleet.Restart(node));
            case FaultKind.PowerCut:
                foreach (var one in living)
                    one.Process.Crash();
                return ("all workers", () => Array.ForEach([.. living], fleet.Restart));
            case FaultKind.Pause when !node.Process.IsPaused:
                node.Process.Pause();
                return (node.Name, node.Process.Resume);
            case FaultKind.Drift:
                ((SimClock)node.Process.Clock).Drift = settings.Drift * (((fault.Other % 1000) / 500.0) - 1);
                return (node.Name, static () => { });
            case FaultKind.BadNetwork:
                service.Loss = (fault.Other % 100) / 250.0;
                return ($"loses {service.Loss:P0}", () => service.Loss = 0);
            case FaultKind.Clog:
                service.Latency = TimeSpan.FromMilliseconds(10 + (fault.Other % 3000));
                return ($"takes {service.Latency}", () => service.Latency = TimeSpan.FromMilliseconds(5));
            case FaultKind.Throttle:
                service.Throttling = (fault.Other % 100) / 100.0;
                return ($"throttles {service.Throttling:P0}", () => service.Throttling = 0);
            default:
                return null;
        }
    }
}
