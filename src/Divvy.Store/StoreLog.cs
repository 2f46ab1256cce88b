using Microsoft.Extensions.Logging;

namespace Divvy.Store;

/// <summary>What a member says to its operator.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The end of the log was torn by a crash and cut: {Repair}")]
    public static partial void LogRepaired(this ILogger logger, string repair);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "A snapshot could not be written, the log goes on growing until one can: {Reason}")]
    public static partial void LogSnapshotFailed(this ILogger logger, string reason);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "This member was removed from its cluster, as member {Says} tells; it can stop now. To let it join"
            + " again, add it as a new member and start it with an empty data folder")]
    public static partial void LogRemoved(this ILogger logger, string says);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The store has stopped and cannot go on: {Reason}")]
    public static partial void LogFailed(this ILogger logger, string reason);
}
