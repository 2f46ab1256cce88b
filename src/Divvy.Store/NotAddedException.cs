namespace Divvy.Store;

/// <summary>A process wants to join a cluster that was not told of it: it has to be added first. The message names the
/// cluster, the URLs it was looked for by, and the members that there are.</summary>
public sealed class NotAddedException(string message) : Exception(message);
