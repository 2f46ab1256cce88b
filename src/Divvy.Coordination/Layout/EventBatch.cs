namespace Divvy.Coordination.Layout;

/// <summary>The value of an event key: the steps of one transaction, so that the history of a large change costs one
/// key and not thousands.</summary>
/// <param name="Server">The server that took the steps.</param>
/// <param name="Events">In the order of the transaction.</param>
public sealed record EventBatch(string Server, IReadOnlyList<ShardEvent> Events);
