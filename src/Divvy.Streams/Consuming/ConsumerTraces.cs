using System.Diagnostics;
using Divvy.Core.Streams;
using Divvy.Streams.Leases;

namespace Divvy.Streams.Consuming;

/// <summary>The activity source <c>Divvy.Streams</c>: batches, checkpoints and handovers as spans.</summary>
internal static class ConsumerTraces
{
    public const string SourceName = "Divvy.Streams";

    private static readonly ActivitySource Source = new(SourceName);

    public static Activity? Process(LeaseTerm term, int records, int attempt) =>
        Start($"process {term.Stream}", ActivityKind.Consumer, term)
            ?.SetTag("messaging.batch.message_count", records).SetTag("divvy.attempt", attempt);

    public static Activity? Checkpoint(LeaseTerm term, Checkpoint checkpoint) =>
        Start($"checkpoint {term.Stream}", ActivityKind.Client, term)
            ?.SetTag("divvy.checkpoint", checkpoint.ToString());

    public static Activity? Handover(LeaseTerm term) => Start($"handover {term.Stream}", ActivityKind.Internal, term);

    private static Activity? Start(string name, ActivityKind kind, LeaseTerm term) =>
        Source.StartActivity(name, kind)
            ?.SetTag("messaging.system", "aws_kinesis")
            .SetTag("messaging.destination.name", term.Stream)
            .SetTag("messaging.destination.partition.id", term.Shard);
}
