using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Demo;

/// <summary>What the demo instances say.</summary>
internal static partial class DemoLog
{
    /// <summary>Every instance of the process has a session: what people and scripts wait for.</summary>
    public const string Ready = "All instances are registered";

    [LoggerMessage(Level = LogLevel.Information, Message = Ready + ": {Count} in namespace {Namespace}")]
    public static partial void Registered(this ILogger logger, int count, string @namespace);

    [LoggerMessage(Level = LogLevel.Information, Message = "Registering {Count} instances in namespace {Namespace}")]
    public static partial void Registering(this ILogger logger, int count, string @namespace);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Instance} answers http://127.0.0.1:{Port}/echo/KEY")]
    public static partial void Serves(this ILogger logger, string instance, int port);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "{Instance} {Event} shard {Shard}, generation {Generation}")]
    public static partial void Ownership(
        this ILogger logger, string instance, string @event, string shard, long generation);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "{Count} more ownership events within a second: {Summary}")]
    public static partial void MoreOwnership(this ILogger logger, int count, string summary);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Killing {Instance} abruptly, as --failover asks")]
    public static partial void Killing(this ILogger logger, string instance);

    [LoggerMessage(Level = LogLevel.Information, Message = "Draining {Count} instances")]
    public static partial void Draining(this ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Instance} has drained and left")]
    public static partial void Drained(this ILogger logger, string instance);
}
