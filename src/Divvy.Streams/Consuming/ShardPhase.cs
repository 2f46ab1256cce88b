namespace Divvy.Streams.Consuming;

/// <summary>What a worker does with a shard it holds.</summary>
public enum ShardPhase
{
    /// <summary>The processor is being made ready.</summary>
    Initializing,

    /// <summary>Records are read and processed.</summary>
    Processing,

    /// <summary>A record stopped the shard (<see cref="PoisonAction.StopShard"/>).</summary>
    Stopped,

    /// <summary>The shard's end was reached, the lease is being finished.</summary>
    Ending,

    /// <summary>Given up or lost: the last calls of the processor are under way.</summary>
    Leaving,
}
