using Microsoft.Extensions.Logging;

namespace Divvy.Client.Etcd;

/// <summary>What the etcd client writes into the log.</summary>
internal static partial class EtcdLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "etcd {Operation} failed at {Endpoint}, trying again: {Failure}")]
    public static partial void AttemptFailed(
        this ILogger logger, string operation, string endpoint, string failure);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The watch of {Range} lost {Endpoint} and resumes at revision {Revision}: {Failure}")]
    public static partial void WatchLost(
        this ILogger logger, string range, string endpoint, long revision, string failure);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The watch of {Range} needed revision {Revision}, which was compacted at {CompactRevision}")]
    public static partial void WatchCompacted(this ILogger logger, string range, long revision, long compactRevision);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Renewing lease {Lease:x} failed, {Left} before its deadline: {Failure}")]
    public static partial void RenewalFailed(this ILogger logger, long lease, TimeSpan left, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Lease {Lease:x} is lost: {Reason}")]
    public static partial void LeaseLost(this ILogger logger, long lease, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Revoking lease {Lease:x} failed, it will expire by itself: {Failure}")]
    public static partial void RevocationFailed(this ILogger logger, long lease, string failure);
}
