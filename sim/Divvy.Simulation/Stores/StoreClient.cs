using System.Text;
using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>A client that does one thing after the other with keys that all clients share, and writes down what it
/// asked and what it was told.</summary>
internal sealed class StoreClient
{
    private readonly StoreRun run;
    private readonly int number;
    private readonly SimRandom random;
    private readonly EtcdClient client;
    private readonly StoreCalls calls;
    private int writes;

    public StoreClient(StoreRun run, int number)
    {
        (this.run, this.number) = (run, number);
        Process = run.World.Start($"client-{number}");
        random = run.World.Fork(Process.Name);
        client = run.ClientIn(Process, TimeSpan.FromSeconds(random.Pick([1, 5, 5])));
        calls = new StoreCalls(run, number, Process);
    }

    public SimProcess Process { get; }

    /// <summary>Writes that were answered since the faults ended.</summary>
    public int WritesSinceHealed => calls.WritesSinceHealed;

    public async Task RunAsync()
    {
        await using var owned = client.ConfigureAwait(false);
        while (!run.IsOver)
        {
            await Task.Delay(random.Exponential(run.Shape.Think), Process.Clock).ConfigureAwait(false);
            await ActAsync(random.Below(100)).ConfigureAwait(false);
        }
    }

    private Task ActAsync(int dice) => dice switch
    {
        < 30 => PutAsync(),
        < 50 => RangeAsync(OneKey(), new GetOptions()),
        < 60 => RangeAsync(OneKey(), new GetOptions { Serializable = true }),
        < 65 => RangeAsync(KeyRange.Prefix("k"), new GetOptions { Limit = random.Below(4) }),
        < 70 => RangeAsync(KeyRange.Prefix("k"), new GetOptions { Revision = calls.HighestRevision }),
        < 78 => DeleteAsync(),
        < 93 => CompareAndPutAsync(),
        < 97 => SwapAsync(),
        _ => LeaseAsync(),
    };

    private Task PutAsync()
    {
        var (key, value) = (Key(), Value());
        return calls.WriteAsync(
            new PutRequest(key, value),
            async () => new PutResponse(await client.PutAsync(key, Bytes(value)).ConfigureAwait(false)));
    }

    private Task DeleteAsync()
    {
        var range = random.Chance(0.9) ? OneKey() : KeyRange.Prefix("k");
        return calls.WriteAsync(new DeleteRequest(range), async () =>
        {
            var result = await client.DeleteAsync(ToRange(range)).ConfigureAwait(false);
            return new DeleteResponse(result.Revision, result.Deleted);
        });
    }

    private async Task RangeAsync(KeyRange range, GetOptions options)
    {
        var request = new RangeRequest(range, options.Revision, (int)options.Limit, options.Serializable);
        var response = await calls.CallAsync(request, async () =>
            StoreHistory.ToResponse(await client.GetAsync(ToRange(range), options).ConfigureAwait(false)))
            .ConfigureAwait(false);
        if (response is not null && request.IsOfThePast)
            run.History.PastReads.Observe("", request, (RangeResponse)response, run.World.Now);
    }

    /// <summary>Reads a key and changes it if nobody has changed it meanwhile.</summary>
    private async Task CompareAndPutAsync()
    {
        var (key, value) = (Key(), Value());
        var read = await calls.CallAsync(new RangeRequest(new KeyRange(key)), async () =>
            StoreHistory.ToResponse(await client.GetAsync(EtcdRange.Key(key)).ConfigureAwait(false)))
            .ConfigureAwait(false);
        if (read is not RangeResponse response)
            return;
        var revision = response.Records.Count > 0 ? response.Records[0].ModRevision : 0;
        var txn = EtcdTxn.If(EtcdCompare.ModRevision(key).Equal(revision))
            .Then(EtcdOp.Put(key, value)).Else(EtcdOp.Get(key));
        await calls.WriteAsync(
            new TxnRequest(
                [KeyCompare.ModRevision(key, CompareResult.Equal, revision)],
                [new PutRequest(key, value)],
                [new RangeRequest(new KeyRange(key))]),
            async () => StoreHistory.ToResponse(await client.TxnAsync(txn).ConfigureAwait(false)))
            .ConfigureAwait(false);
    }

    /// <summary>Writes one key and deletes another one at the same revision.</summary>
    private Task SwapAsync()
    {
        var (key, other, value) = (Key(), $"{Key()}x", Value());
        var txn = EtcdTxn.If(EtcdCompare.Missing(other))
            .Then(EtcdOp.Put(key, value), EtcdOp.Put(other, value))
            .Else(EtcdOp.Put(key, value), EtcdOp.Delete(other));
        return calls.WriteAsync(
            new TxnRequest(
                [KeyCompare.Missing(other)],
                [new PutRequest(key, value), new PutRequest(other, value)],
                [new PutRequest(key, value), new DeleteRequest(new KeyRange(other))]),
            async () => StoreHistory.ToResponse(await client.TxnAsync(txn).ConfigureAwait(false)));
    }

    private Task LeaseAsync() =>
        new LeaseHolder(run, client, Process, random, calls).RunAsync(random.Below(6));

    private string Key() => $"k{random.Below(run.Shape.Keys)}";

    private KeyRange OneKey() => new(Key());

    private string Value() => $"{number}.{++writes}{new string('.', run.Shape.Padding)}";

    private static ReadOnlyMemory<byte> Bytes(string value) => Encoding.UTF8.GetBytes(value);

    private static EtcdRange ToRange(KeyRange range) =>
        range.IsSingle ? EtcdRange.Key(range.Start) : EtcdRange.Between(range.Start, range.End);
}
