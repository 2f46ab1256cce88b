namespace Divvy.Simulation.World;

/// <summary>Something that is going to happen, unless it is cancelled before. It lets go of all it refers to as soon as
/// it is over, because it may stand in the world's queue for long after that.</summary>
internal sealed class SimTimer(TimeSpan due, Action action, SimProcess? process = null)
{
    private Action? action = action;
    private SimProcess? process = process;

    public TimeSpan Due => due;

    public bool IsPending => action is not null;

    /// <summary>It is a timer of this process, and ends with it.</summary>
    public bool IsOf(SimProcess other) => process == other;

    public void Cancel() => (action, process) = (null, null);

    public void Fire()
    {
        var due = action;
        Cancel();
        due?.Invoke();
    }
}
