namespace Divvy.Streams.Consuming;

/// <summary>What is to be done next for a shard; <see cref="ShardMachine"/> decides.</summary>
internal enum ShardStep
{
    /// <summary>Make a processor and initialize it.</summary>
    Initialize,

    /// <summary>Wait for records.</summary>
    Receive,

    /// <summary>Give <see cref="ShardMachine.Pending"/> to the processor.</summary>
    Process,

    /// <summary>Wait for <see cref="ShardMachine.Backoff"/>.</summary>
    Pause,

    /// <summary>Hand the first pending record to the dead letters and leave it out.</summary>
    Skip,

    /// <summary>Wait until the shard is given up or lost.</summary>
    Park,

    /// <summary>Tell the processor that the shard has ended.</summary>
    EndShard,

    /// <summary>Finish the lease.</summary>
    Finish,

    /// <summary>Tell the processor that the shard is handed over.</summary>
    RequestShutdown,

    /// <summary>Tell the processor that the lease is lost.</summary>
    TellLost,

    /// <summary>Nothing: the holding is over.</summary>
    Done,
}
