namespace Divvy.Store.Replication;

/// <summary>Repeats a step while it finds work, and rests until <see cref="Wake"/> otherwise. What the step throws ends
/// the loop and is handed on. Disposing lets the step under way finish; then it runs no more.</summary>
internal interface IWorkLoop : IDisposable
{
    /// <summary>There is work, or there may be. Never lost: a step that begins after this call sees what was there
    /// before it. Thread-safe, and cheap while the loop is awake.</summary>
    void Wake();
}
