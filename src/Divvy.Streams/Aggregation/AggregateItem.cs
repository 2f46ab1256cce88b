namespace Divvy.Streams.Aggregation;

/// <summary>One user record of an aggregate.</summary>
internal readonly record struct AggregateItem(int PartitionKeyIndex, int? ExplicitHashKeyIndex, byte[] Data);
