namespace Divvy.Client.Hosting;

/// <summary>A host could not get its session. The message says what the servers answered and what to do.</summary>
public sealed class ShardHostException : Exception
{
    public ShardHostException(string message, bool instanceIdTaken = false, Exception? inner = null)
        : base(message, inner) => InstanceIdTaken = instanceIdTaken;

    /// <summary>Another process holds a session under the same instance id; the message names it.</summary>
    public bool InstanceIdTaken { get; }
}
