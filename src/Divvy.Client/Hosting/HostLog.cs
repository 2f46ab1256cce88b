using Divvy.Core.Identity;
using Microsoft.Extensions.Logging;

namespace Divvy.Client.Hosting;

/// <summary>What a host writes into the log.</summary>
internal static partial class HostLog
{
    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Instance} has session {Session} in namespace {Namespace} through server {Server},"
            + " for {TtlMs} ms a renewal")]
    public static partial void SessionGranted(
        this ILogger logger, string instance, SessionId session, string @namespace, string server, long ttlMs);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Instance} lost its stream to {Server}, going on: {Failure}")]
    public static partial void StreamLost(this ILogger logger, string instance, string server, string failure);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Instance} gives up its stream to {Server}, on which something went wrong")]
    public static partial void StreamFailed(this ILogger logger, Exception failure, string instance, string server);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance} cannot register at {Server}, trying on: {Failure}")]
    public static partial void RegistrationFailed(this ILogger logger, string instance, string server, string failure);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Instance} has lost session {Session}, dropping its shards: {Reason}")]
    public static partial void SessionLost(this ILogger logger, string instance, SessionId session, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance}: {Message}")]
    public static partial void Machine(this ILogger logger, string instance, string message);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Operation} of shard {Shard} failed, attempt {Attempt}")]
    public static partial void HandlerFailed(
        this ILogger logger, Exception failure, string operation, ShardId shard, int attempt);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "State of shard {Shard} did not reach {Address}, which will start cold: {Reason}")]
    public static partial void HandOverFailed(this ILogger logger, ShardId shard, string address, string reason);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "A callback on ownership changes failed at {Event} of shard {Shard}")]
    public static partial void JournalFailed(this ILogger logger, Exception failure, string @event, ShardId shard);

    [LoggerMessage(Level = LogLevel.Error, Message = "A callback on a shard's token failed")]
    public static partial void TokenCallbackFailed(this ILogger logger, Exception failure);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Instance} still holds {Shards} shards after waiting {Waited} for them to move; leaving anyway")]
    public static partial void DrainTimedOut(this ILogger logger, string instance, int shards, TimeSpan waited);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Instance} leaves without closing its session, which ends by itself: {Reason}")]
    public static partial void LeavingUnregistered(this ILogger logger, string instance, string reason);
}
