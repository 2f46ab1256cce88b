using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Consuming;

/// <summary>Reports about one shard, to everybody who listens: log, metrics, the application's callback.</summary>
internal sealed class ShardReports(LeaseTerm term, StreamConsumerOptions options, ILogger logger)
{
    /// <param name="kind">What happened.</param>
    /// <param name="what">A sentence's end: what happened, to which record, what follows.</param>
    /// <param name="record">The record in question.</param>
    /// <param name="failure">What was thrown.</param>
    public void Report(ReportKind kind, string what, StreamRecord? record = null, Exception? failure = null)
    {
        var at = record is null ? "" : $" at record {record.SequenceNumber}/{record.SubSequenceNumber}";
        var message = $"Shard {term.Shard} of stream {term.Stream}{at}: {what}";
        Report(options, logger, new(kind, term.Stream, term.Shard, message, record, failure));
    }

    /// <summary>One that may be about no single shard.</summary>
    public static void Report(StreamConsumerOptions options, ILogger logger, ConsumerReport report)
    {
        logger.Reported(report.Failure, report.Message);
        ConsumerMetrics.Reported(report.Stream, report.Kind);
        try
        {
            options.OnReport?.Invoke(report);
        }
        catch (Exception thrown)
        {
            logger.ReportFailed(thrown);
        }
    }
}
