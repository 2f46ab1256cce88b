namespace Divvy.Benchmarks.Rpc;

/// <summary>What a server has used up to a moment.</summary>
internal readonly record struct ServerSample(
    long Calls, long Failed, TimeSpan Processor, long Allocated, TimeSpan Pauses);
