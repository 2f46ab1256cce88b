using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>The dice of a process, from its name and incarnation.</summary>
internal static class Dice
{
    public static Random Of(SimProcess process) =>
        new((int)(process.World.Fork($"{process.Name} {process.Incarnation}").Next() >> 33));
}
