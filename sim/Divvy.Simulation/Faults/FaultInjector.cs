using Divvy.Simulation.World;

namespace Divvy.Simulation.Faults;

/// <summary>Carries a plan out.</summary>
internal static class FaultInjector
{
    /// <summary>Schedules every fault of a plan, and its end.</summary>
    public static void Arm(SimWorld world, FaultPlan plan, IFaultTarget target)
    {
        foreach (var fault in plan.Faults)
            world.Schedule(fault.At, () => Begin(world, fault, target));
    }

    private static void Begin(SimWorld world, Fault fault, IFaultTarget target)
    {
        if (fault.Aim is null)
            Strike(world, fault, target);
        else
            target.Await(fault, known => Strike(world, known, target));
    }

    private static void Strike(SimWorld world, Fault fault, IFaultTarget target)
    {
        if (target.Strike(fault) is not { } struck)
            return;
        var name = $"fault {fault.Number}";
        world.Trace.Add(TraceKind.Fault, name, $"{fault.Kind}: {struck.Text}");
        world.Schedule(fault.Lasts, () =>
        {
            world.Trace.Add(TraceKind.Fault, name, $"{fault.Kind} ends");
            struck.Heal();
        });
    }
}
