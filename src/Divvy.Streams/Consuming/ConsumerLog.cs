using Divvy.Core.Streams;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Consuming;

/// <summary>What a worker writes into the log.</summary>
internal static partial class ConsumerLog
{
    [LoggerMessage(
        Level = LogLevel.Information, Message = "Initializing shard {Shard} of stream {Stream} at {Checkpoint}")]
    public static partial void Initializing(
        this ILogger logger, string shard, string stream, Checkpoint checkpoint);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Initializing shard {Shard} (child of {Parents}) of stream {Stream} at {Checkpoint}")]
    public static partial void InitializingChild(
        this ILogger logger, string shard, string parents, string stream, Checkpoint checkpoint);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Shard {Shard} of stream {Stream} is handed over at {Checkpoint}")]
    public static partial void HandedOver(this ILogger logger, string shard, string stream, Checkpoint checkpoint);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The lease of shard {Shard} of stream {Stream} is lost; written down as processed: {Checkpoint}")]
    public static partial void LeaseLost(this ILogger logger, string shard, string stream, Checkpoint checkpoint);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Shard {Shard} of stream {Stream} is processed to its end")]
    public static partial void ShardEnded(this ILogger logger, string shard, string stream);

    [LoggerMessage(
        Level = LogLevel.Debug, Message = "Reading shard {Shard} of stream {Stream} failed, attempt {Attempt}")]
    public static partial void ReadFailed(
        this ILogger logger, Exception failure, string shard, string stream, int attempt);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Processing {Records} records of shard {Shard} of stream {Stream} failed, attempt {Attempt}")]
    public static partial void ProcessFailed(
        this ILogger logger, Exception failure, int records, string shard, string stream, int attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Message}")]
    public static partial void Reported(this ILogger logger, Exception? failure, string message);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "Shard {Shard} of stream {Stream} is not processed any more: this should not happen. Its lease stays"
            + " held until this worker stops")]
    public static partial void ConsumerBroken(this ILogger logger, Exception failure, string shard, string stream);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Shard {Shard} of stream {Stream} is granted again while a call of its last holding still runs")]
    public static partial void PredecessorRuns(this ILogger logger, string shard, string stream);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Worker {Worker} stops although calls of the processor still run: {Shards}")]
    public static partial void StoppedWithCalls(this ILogger logger, string worker, string shards);

    [LoggerMessage(Level = LogLevel.Error, Message = "The callback for reports failed")]
    public static partial void ReportFailed(this ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Disposing the processor of shard {Shard} of {Stream} failed")]
    public static partial void DisposeFailed(this ILogger logger, Exception failure, string shard, string stream);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Checkpointing shard {Shard} of stream {Stream} failed, later again")]
    public static partial void CheckpointFailed(this ILogger logger, Exception failure, string shard, string stream);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "A callback on a token of shard {Shard} of stream {Stream} failed")]
    public static partial void CallbackFailed(this ILogger logger, Exception failure, string shard, string stream);
}
