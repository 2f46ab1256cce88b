namespace Divvy.Streams.Leases;

/// <summary>The place where leases are kept did not answer or refused: nothing is known about what was being written.
/// </summary>
/// <param name="message">What was tried, on which table or namespace, what came back, what to do.</param>
/// <param name="inner">What was caught.</param>
public sealed class LeaseStoreException(string message, Exception? inner = null) : Exception(message, inner);
