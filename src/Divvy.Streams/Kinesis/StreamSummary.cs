namespace Divvy.Streams.Kinesis;

/// <summary>A stream as DescribeStreamSummary tells it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Arn">Its resource name, which fan-out needs.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="OpenShards">Shards that take records.</param>
/// <param name="Created">When it was created, to the second; null when the service does not say.</param>
public sealed record StreamSummary(
    string Name, string Arn, StreamStatus Status, int OpenShards, DateTimeOffset? Created);
