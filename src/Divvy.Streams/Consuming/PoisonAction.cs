namespace Divvy.Streams.Consuming;

/// <summary>What happens to a record that still fails when its attempts are used up.</summary>
public enum PoisonAction
{
    /// <summary>It is tried on, at the longest pause, and reported each time: nothing is lost and the shard waits. An
    /// outage behind the processor heals by itself.</summary>
    Retry,

    /// <summary>It is handed to <see cref="PoisonOptions.OnSkip"/>, reported, and left out.</summary>
    Skip,

    /// <summary>The shard stops here, reported: its lease stays held, so that it does not wander from worker to worker;
    /// other shards go on. The next holder tries again.</summary>
    StopShard,
}
