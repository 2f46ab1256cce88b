namespace Divvy.Store.Replication;

/// <summary>What runs the work of a member that may wait for its disk: each loop beside everything else, so that
/// neither a heartbeat nor the other loop waits for it.</summary>
internal interface IWorkLoops
{
    /// <param name="name">For people who look at threads.</param>
    /// <param name="step">Does what is there; false when nothing was. Run by one thread at a time.</param>
    /// <param name="failed">Told what the step threw, which ends the loop.</param>
    IWorkLoop Start(string name, Func<bool> step, Action<Exception> failed);
}
