using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Divvy.TestKit.Kinesis;

/// <summary>A shard of <see cref="FanOutServer"/>: records with sequence numbers 1, 2, and so on. Thread-safe.
/// </summary>
public sealed class FanOutShard
{
    private readonly Lock gate = new();
    private readonly List<string> records = [];
    private IReadOnlyList<string>? children;
    private TaskCompletionSource changed = NewSignal();
    private int round;

    /// <summary>Adds records; running subscriptions get them in one event.</summary>
    public void Append(params IReadOnlyList<string> data) => Change(() => records.AddRange(data));

    /// <summary>Ends the shard.</summary>
    public void Close(params IReadOnlyList<string> childShards) => Change(() => children = childShards);

    internal void EndSubscriptions() => Change(() => round++);

    internal async Task PushAsync(
        JsonNode position, FanOutEvents events, Action<FanOutEvents>? disturbance, CancellationToken cancellationToken)
    {
        int next, started;
        lock (gate)
            (next, started) = (Start(position), round);
        while (true)
        {
            Task signal;
            JsonObject? content;
            bool isEnd;
            lock (gate)
            {
                signal = changed.Task;
                content = Content(ref next, out isEnd);
                if (content is null && started != round)
                    return;
            }
            if (content is null)
            {
                await signal.WaitAsync(cancellationToken);
                continue;
            }
            await events.WriteAsync("event", "SubscribeToShardEvent", content.ToJsonString());
            if (isEnd)
                return;
            disturbance?.Invoke(events);
            disturbance = null;
            await events.FlushAsync();
            if (events.IsOver)
                return;
        }
    }

    private int Start(JsonNode position) => position["Type"]!.ToString() switch
    {
        "TRIM_HORIZON" => 0,
        "LATEST" => records.Count,
        "AT_SEQUENCE_NUMBER" => int.Parse(position["SequenceNumber"]!.ToString(), CultureInfo.InvariantCulture) - 1,
        _ => int.Parse(position["SequenceNumber"]!.ToString(), CultureInfo.InvariantCulture),
    };

    private JsonObject? Content(ref int next, out bool isEnd)
    {
        isEnd = false;
        if (next < records.Count)
        {
            var items = new JsonArray([.. records.Skip(next).Select(Item(next))]);
            next = records.Count;
            return new JsonObject
            {
                ["Records"] = items,
                ["ContinuationSequenceNumber"] = next.ToString(CultureInfo.InvariantCulture),
                ["MillisBehindLatest"] = 0,
            };
        }
        if (children is null)
            return null;
        isEnd = true;
        return new JsonObject
        {
            ["Records"] = new JsonArray(),
            ["MillisBehindLatest"] = 0,
            ["ChildShards"] = new JsonArray([.. children.Select(Child)]),
        };
    }

    private static Func<string, int, JsonNode> Item(int first) => (data, index) => new JsonObject
    {
        ["SequenceNumber"] = (first + index + 1).ToString(CultureInfo.InvariantCulture),
        ["PartitionKey"] = "key",
        ["Data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(data)),
        ["ApproximateArrivalTimestamp"] = 1_700_000_000.5,
    };

    private static JsonNode Child(string id) => new JsonObject
    {
        ["ShardId"] = id,
        ["ParentShards"] = new JsonArray("shardId-000000000000"),
        ["HashKeyRange"] = new JsonObject { ["StartingHashKey"] = "0", ["EndingHashKey"] = "1" },
    };

    private void Change(Action change)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            change();
            signal = changed;
            changed = NewSignal();
        }
        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
