namespace Divvy.Streams.Kinesis;

/// <summary>A consumer that is registered for enhanced fan-out.</summary>
/// <param name="Name">Its name, one of a stream.</param>
/// <param name="Arn">What subscriptions name it by.</param>
/// <param name="Status">Active consumers can subscribe.</param>
public sealed record StreamConsumer(string Name, string Arn, StreamStatus Status);
