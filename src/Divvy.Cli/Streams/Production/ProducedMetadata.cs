namespace Divvy.Cli.Streams.Production;

/// <summary>What a check needs to know of an event.</summary>
/// <param name="Run">Of one start of the producer: numbers begin anew with each.</param>
/// <param name="Key">The partition key.</param>
/// <param name="Number">Which event of the key in the run it is, from 0.</param>
internal sealed record ProducedMetadata(string Run, string Key, long Number);
