using Amazon.DynamoDBv2.Model;
using Divvy.Core.Streams;

namespace Divvy.Streams.Leases.Table;

/// <summary>A worker's beat as an item of the workers' table, which is Divvy's own.</summary>
internal static class WorkerRow
{
    public const string Worker = "workerId";
    public const string Incarnation = "incarnation";

    private const string Count = "beat";
    private const string Leaving = "leaving";

    public static WorkerBeat? Read(Dictionary<string, AttributeValue> item) =>
        LeaseRow.Text(item, Worker) is { } worker && LeaseRow.Text(item, Incarnation) is { } incarnation
            ? new WorkerBeat(
                worker,
                incarnation,
                LeaseRow.Number(item, Count) ?? 0,
                item.TryGetValue(Leaving, out var leaving) && leaving.BOOL == true)
            : null;

    public static Dictionary<string, AttributeValue> Of(WorkerBeat beat) => new(StringComparer.Ordinal)
    {
        [Worker] = new() { S = beat.Worker },
        [Incarnation] = new() { S = beat.Incarnation },
        [Count] = LeaseRow.Of(beat.Count),
        [Leaving] = new() { BOOL = beat.IsLeaving },
    };
}
