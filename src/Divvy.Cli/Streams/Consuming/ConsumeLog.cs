using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Streams.Consuming;

/// <summary>What <c>divvy stream consume</c> writes into the log besides the worker's own lines.</summary>
internal static partial class ConsumeLog
{
    /// <summary>Part of the line that says that the worker takes part.</summary>
    public const string ReadyPhrase = "consumes stream";

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Worker} consumes stream {Stream} as application {Application}, leases in {Store}")]
    public static partial void Consuming(
        this ILogger logger, string worker, string stream, string application, string store);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Rate: {Rate:0.0} rec/s, {Records} records, {Leases} leases")]
    public static partial void Rate(this ILogger logger, double rate, long records, int leases);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Worker} hands its shards over")]
    public static partial void Leaving(this ILogger logger, string worker);
}
