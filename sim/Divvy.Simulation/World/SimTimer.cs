namespace Divvy.Simulation.World;

/// <summary>Something that is going to happen, unless it is cancelled before.</summary>
internal sealed class SimTimer(TimeSpan due, Action action)
{
    private Action? action = action;

    public TimeSpan Due => due;

    public bool IsPending => action is not null;

    public void Cancel() => action = null;

    public void Fire()
    {
        var due = action;
        action = null;
        due?.Invoke();
    }
}
