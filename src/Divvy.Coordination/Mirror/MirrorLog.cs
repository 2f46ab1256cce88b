using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Mirror;

internal static partial class MirrorLog
{
    [LoggerMessage(LogLevel.Error, "Ignoring {Key}: its value cannot be read ({Error}). Correct or delete it")]
    public static partial void UnreadableValue(this ILogger logger, string key, string error);

    [LoggerMessage(LogLevel.Warning, "The store cannot be read, trying again until it can: {Reason}")]
    public static partial void MirrorFailing(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "Read the store at revision {Revision}: {Keys} keys")]
    public static partial void MirrorSynced(this ILogger logger, long revision, int keys);

    [LoggerMessage(
        LogLevel.Warning,
        "The store was compacted at {Compacted}, past {Known}, the last revision seen: reading it anew")]
    public static partial void WatchCompacted(this ILogger logger, long compacted, long known);

    [LoggerMessage(
        LogLevel.Error,
        "The store went back from revision {Known} to {Now}: was it restored from a backup? End all instances before"
        + " starting them again, since their generations may be issued twice")]
    public static partial void StoreWentBack(this ILogger logger, long known, long now);

    [LoggerMessage(LogLevel.Error, "A change of the store could not be passed on to one of its readers")]
    public static partial void ObserverFailed(this ILogger logger, Exception failure);
}
