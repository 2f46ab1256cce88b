namespace Divvy.Streams.Aggregation;

/// <summary>What an aggregate holds; every index points into its table, every explicit hash key is a number.</summary>
internal sealed record AggregateContent(
    IReadOnlyList<string> PartitionKeys, IReadOnlyList<string> ExplicitHashKeys, IReadOnlyList<AggregateItem> Records);
