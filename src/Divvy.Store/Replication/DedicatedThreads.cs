namespace Divvy.Store.Replication;

/// <summary>Each loop is a thread of its own.</summary>
internal sealed class DedicatedThreads : IWorkLoops
{
    public static DedicatedThreads Instance { get; } = new();

    public IWorkLoop Start(string name, Func<bool> step, Action<Exception> failed) =>
        new ThreadLoop(name, step, failed);
}
