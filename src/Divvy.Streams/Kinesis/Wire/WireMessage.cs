using System.Text.Json.Serialization;

namespace Divvy.Streams.Kinesis.Wire;

/// <summary>A message of the Kinesis API (JSON 1.1, version 2013-12-02) that the client sends or reads, or a part of
/// one, with the service's names: a closed family. What the client does not use of an answer is left out.</summary>
internal abstract record WireMessage;

internal sealed record StreamNameCall(string StreamName) : WireMessage;

internal sealed record ListShardsCall(string? StreamName, string? NextToken, int? MaxResults) : WireMessage;

internal sealed record ListShardsAnswer(WireShard[]? Shards, string? NextToken) : WireMessage;

internal sealed record WireShard(
    string ShardId,
    string? ParentShardId,
    string? AdjacentParentShardId,
    WireHashKeyRange HashKeyRange,
    WireSequenceRange? SequenceNumberRange) : WireMessage;

internal sealed record WireHashKeyRange(string StartingHashKey, string EndingHashKey) : WireMessage;

internal sealed record WireSequenceRange(string? StartingSequenceNumber, string? EndingSequenceNumber) : WireMessage;

internal sealed record GetShardIteratorCall(
    string StreamName, string ShardId, string ShardIteratorType, string? StartingSequenceNumber, double? Timestamp)
    : WireMessage;

internal sealed record GetShardIteratorAnswer(string? ShardIterator) : WireMessage;

internal sealed record GetRecordsCall(string ShardIterator, int Limit) : WireMessage;

internal sealed record WireChildShard(
    string ShardId, string[]? ParentShards, WireHashKeyRange HashKeyRange)
    : WireMessage;

internal sealed record PutRecordCall(
    string StreamName, string PartitionKey, ReadOnlyMemory<byte> Data, string? ExplicitHashKey) : WireMessage;

internal sealed record PutRecordAnswer(string? ShardId, string? SequenceNumber) : WireMessage;

internal sealed record PutRecordsCall(string StreamName, PutRecordsItem[] Records) : WireMessage;

internal sealed record PutRecordsItem(
    string PartitionKey, ReadOnlyMemory<byte> Data, string? ExplicitHashKey)
    : WireMessage;

internal sealed record PutRecordsAnswer(int? FailedRecordCount, PutRecordsOutcome[]? Records) : WireMessage;

internal sealed record PutRecordsOutcome(
    string? ShardId, string? SequenceNumber, string? ErrorCode, string? ErrorMessage) : WireMessage;

internal sealed record CreateStreamCall(string StreamName, int ShardCount) : WireMessage;

internal sealed record DescribeStreamAnswer(WireStreamSummary? StreamDescriptionSummary) : WireMessage;

internal sealed record WireStreamSummary(
    string StreamName,
    [property: JsonPropertyName("StreamARN")] string StreamArn,
    string StreamStatus,
    int? OpenShardCount,
    double? StreamCreationTimestamp) : WireMessage;

internal sealed record SplitShardCall(string StreamName, string ShardToSplit, string NewStartingHashKey) : WireMessage;

internal sealed record MergeShardsCall(
    string StreamName, string ShardToMerge, string AdjacentShardToMerge)
    : WireMessage;

internal sealed record UpdateShardCountCall(string StreamName, int TargetShardCount, string ScalingType) : WireMessage;

internal sealed record RegisterConsumerCall(
    [property: JsonPropertyName("StreamARN")] string StreamArn, string ConsumerName) : WireMessage;

internal sealed record RegisterConsumerAnswer(WireConsumer? Consumer) : WireMessage;

internal sealed record WireConsumer(
    string ConsumerName, [property: JsonPropertyName("ConsumerARN")] string ConsumerArn, string ConsumerStatus)
    : WireMessage;

internal sealed record DescribeConsumerCall(
    [property: JsonPropertyName("StreamARN")] string StreamArn, string ConsumerName) : WireMessage;

internal sealed record DescribeConsumerAnswer(WireConsumer? ConsumerDescription) : WireMessage;

internal sealed record DeregisterConsumerCall(
    [property: JsonPropertyName("ConsumerARN")] string ConsumerArn)
    : WireMessage;

internal sealed record SubscribeCall(
    [property: JsonPropertyName("ConsumerARN")] string ConsumerArn, string ShardId, WirePosition StartingPosition)
    : WireMessage;

internal sealed record WirePosition(string Type, string? SequenceNumber, double? Timestamp) : WireMessage;
