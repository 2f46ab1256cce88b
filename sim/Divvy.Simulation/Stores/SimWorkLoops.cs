using Divvy.Simulation.World;
using Divvy.Store.Replication;

namespace Divvy.Simulation.Stores;

/// <summary>Runs the loops of a member as events of its process: a step takes the time of its disk, or of its
/// processor, before it is done.</summary>
/// <param name="process">The member's process.</param>
/// <param name="stepTime">How long the next step of the loop of this name takes.</param>
internal sealed class SimWorkLoops(SimProcess process, Func<string, TimeSpan> stepTime) : IWorkLoops
{
    public IWorkLoop Start(string name, Func<bool> step, Action<Exception> failed) =>
        new Loop(process, () => stepTime(name), step, failed);

    private sealed class Loop(
        SimProcess process, Func<TimeSpan> stepTime, Func<bool> step, Action<Exception> failed) : IWorkLoop
    {
        private bool isAwake;
        private bool hasEnded;

        public void Wake()
        {
            if (isAwake || hasEnded)
                return;
            isAwake = true;
            process.Schedule(stepTime(), Run);
        }

        public void Dispose() => hasEnded = true;

        private void Run()
        {
            isAwake = false;
            if (hasEnded)
                return;
            try
            {
                if (step())
                    Wake();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                hasEnded = true;
                failed(failure);
            }
        }
    }
}
