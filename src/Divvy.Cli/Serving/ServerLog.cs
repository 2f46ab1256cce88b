using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Serving;

/// <summary>What the server command says itself.</summary>
internal static partial class ServerLog
{
    /// <summary>What scripts wait for.</summary>
    public const string ReadyPhrase = "Server is ready";

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = ReadyPhrase + ": {Server} on {Listen}, admin API on {Http}, state in {Store}")]
    public static partial void Ready(this ILogger logger, string server, string listen, string http, string store);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Waiting for enough members of the store's cluster; this one is {Member:x} of cluster {Cluster:x}")]
    public static partial void WaitsForCluster(this ILogger logger, ulong member, ulong cluster);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping")]
    public static partial void Stopping(this ILogger logger);
}
