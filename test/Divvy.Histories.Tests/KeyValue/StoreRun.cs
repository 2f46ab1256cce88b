using Divvy.Histories.KeyValue;
using Divvy.Histories.Linearizability;

namespace Divvy.Histories.Tests.KeyValue;

/// <summary>A store that keeps its promises, under clients that draw what they do from a seed: each operation takes effect at a
/// random instant between its call and its return; some answers are lost, and some of those operations never happen.</summary>
internal sealed class StoreRun
{
    private static readonly string[] keys = ["a", "b", "c", "d", "e", "f", "g", "h"];

    private readonly Random random;
    private KeyValueState state = KeyValueState.Empty;
    private int values;

    public StoreRun(int seed, int operations, int clients, int lostPercent)
    {
        random = new Random(seed);
        var planned = new List<(double From, double Effect, double To, int Client, KeyValueRequest Request)>();
        for (var client = 0; client < clients; client++)
        {
            var now = random.NextDouble();
            for (var at = 0; at < operations / clients; at++)
            {
                var to = now + 0.5 + random.NextDouble();
                planned.Add((now, now + (random.NextDouble() * (to - now)), to, client, Draw()));
                now = to + (random.NextDouble() / 10);
            }
        }

        foreach (var (from, _, to, client, request) in planned.OrderBy(one => one.Effect))
        {
            var isLost = random.Next(100) < lostPercent;
            var response = isLost && random.Next(2) == 0 ? null : Run(request);
            History.Add(new Operation<KeyValueRequest, KeyValueResponse>(
                client,
                request,
                TimeSpan.FromMilliseconds(from),
                isLost ? null : response,
                isLost ? null : TimeSpan.FromMilliseconds(to)));
        }
    }

    public List<Operation<KeyValueRequest, KeyValueResponse>> History { get; } = [];

    public EventLog Log { get; } = new();

    private KeyValueResponse Run(KeyValueRequest request)
    {
        // The model's own execution is the store: what is tested is the search, not the meaning of the requests.
        var before = state;
        var model = new KeyValueModel();
        state = model.Apply(before, request);
        if (state.Revision > before.Revision)
            Log.Append(state.Revision, [.. Changes(before, state)]);
        return Answer(request, before);
    }

    private KeyValueResponse Answer(KeyValueRequest request, KeyValueState before) => request switch
    {
        PutRequest => new PutResponse(state.Revision),
        DeleteRequest delete => new DeleteResponse(state.Revision, before.In(delete.Range).Count),
        RangeRequest range => new RangeResponse(state.Revision, before.In(range.Range), before.In(range.Range).Count),
        TxnRequest txn when txn.Compares.All(compare => compare.Holds(before.In(compare.Range))) =>
            new TxnResponse(state.Revision, true, [.. txn.Success.Select(one => Answer(one, before))]),
        TxnRequest txn => new TxnResponse(state.Revision, false, [.. txn.Failure.Select(one => Answer(one, before))]),
        _ => throw new ArgumentException($"{request} is not drawn", nameof(request)),
    };

    private static IEnumerable<StoreEvent> Changes(KeyValueState before, KeyValueState after) =>
        before.Records.Where(record => after[record.Key] is null)
            .Select(record => StoreEvent.Delete(record.Key, after.Revision))
            .Concat(after.Records.Where(record => record.ModRevision == after.Revision).Select(StoreEvent.Put));

    private KeyValueRequest Draw()
    {
        var key = keys[random.Next(keys.Length)];
        var value = $"v{++values}";
        return random.Next(10) switch
        {
            < 4 => new PutRequest(key, value),
            < 7 => new RangeRequest(new KeyRange(key)),
            7 => new RangeRequest(new KeyRange("b", "f")),
            8 => new DeleteRequest(new KeyRange(key)),
            _ => new TxnRequest(
                [KeyCompare.Missing(key)], [new PutRequest(key, value)], [new DeleteRequest(new KeyRange(key))]),
        };
    }
}
