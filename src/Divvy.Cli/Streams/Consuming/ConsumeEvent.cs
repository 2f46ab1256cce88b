namespace Divvy.Cli.Streams.Consuming;

/// <summary>What a consumer writes into its journal.</summary>
internal enum ConsumeEvent
{
    /// <summary>It holds the shard and is ready for records.</summary>
    Began,

    /// <summary>It processed a record.</summary>
    Record,

    /// <summary>It checkpointed what it has processed of the shard.</summary>
    Checkpointed,

    /// <summary>It was asked for the shard and has checkpointed: another one may begin.</summary>
    Gave,

    /// <summary>The shard is processed to its end.</summary>
    Ended,

    /// <summary>The lease was taken from it.</summary>
    Lost,

    /// <summary>A checkpoint was refused: the lease had gone.</summary>
    Refused,
}
