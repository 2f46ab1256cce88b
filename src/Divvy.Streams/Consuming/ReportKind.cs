namespace Divvy.Streams.Consuming;

/// <summary>What a worker reports beyond its log and its metrics.</summary>
public enum ReportKind
{
    /// <summary>A record used up its attempts and is tried on.</summary>
    RecordFailing,

    /// <summary>A record was left out.</summary>
    RecordSkipped,

    /// <summary>The shard stopped at a record and waits for another holder.</summary>
    ShardStopped,

    /// <summary>A call of the processor runs for longer than <see cref="StreamConsumerOptions.ProcessorLimit"/>.
    /// </summary>
    ProcessorHangs,

    /// <summary>A call of the processor goes on although its token was cancelled.</summary>
    CancellationIgnored,

    /// <summary>The processor threw in a call other than for records.</summary>
    ProcessorFailed,

    /// <summary>The shard cannot be read; reading is tried again.</summary>
    ReadFailing,

    /// <summary>The stream is gone; it is asked for from time to time.</summary>
    StreamMissing,

    /// <summary>The stream no longer knows the shard: what was left of it is beyond its retention.</summary>
    ShardMissing,

    /// <summary>The service has no enhanced fan-out; the stream's records are asked for instead.</summary>
    FanOutMissing,
}
