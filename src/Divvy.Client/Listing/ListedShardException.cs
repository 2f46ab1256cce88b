namespace Divvy.Client.Listing;

/// <summary>A call about listed shards was refused, or no server answered it in time.</summary>
/// <param name="message">What was tried, in which namespace, and what came back.</param>
/// <param name="inner">What was caught.</param>
public sealed class ListedShardException(string message, Exception? inner = null) : Exception(message, inner);
