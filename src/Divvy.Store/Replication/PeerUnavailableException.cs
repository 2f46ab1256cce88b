namespace Divvy.Store.Replication;

/// <summary>A member could not be asked, or went away before it answered.</summary>
public sealed class PeerUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
