using Microsoft.Extensions.Logging;

namespace Divvy.Client.Routing;

/// <summary>What a router writes into the log.</summary>
internal static partial class RoutingLog
{
    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Routing table of {Namespace}: {Shards} shards at revision {Revision} from {Server}")]
    public static partial void TableReceived(
        this ILogger logger, string @namespace, int shards, long revision, string server);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "No routing stream of {Namespace} from {Server}, going on with revision {Revision}: {Failure}")]
    public static partial void StreamLost(
        this ILogger logger, string @namespace, string server, long revision, string failure);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Giving up the routing stream of {Namespace} from {Server}, on which something went wrong")]
    public static partial void StreamFailed(
        this ILogger logger, Exception failure, string @namespace, string server);
}
