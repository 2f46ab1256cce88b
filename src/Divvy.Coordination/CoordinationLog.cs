using Microsoft.Extensions.Logging;

namespace Divvy.Coordination;

internal static partial class CoordinationLog
{
    [LoggerMessage(LogLevel.Information, "Server {Server} started")]
    public static partial void Started(this ILogger logger, string server);

    [LoggerMessage(LogLevel.Information, "Server {Server} stopped")]
    public static partial void Stopped(this ILogger logger, string server);

    [LoggerMessage(
        LogLevel.Warning, "Namespace {Namespace} cannot be created yet, trying again until it can: {Reason}")]
    public static partial void NamespaceWaits(this ILogger logger, string @namespace, string reason);

    [LoggerMessage(LogLevel.Critical, "The {Loop} of this server has failed and starts anew")]
    public static partial void LoopFailed(this ILogger logger, Exception failure, string loop);
}
