using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;

namespace Divvy.Torture.Load;

/// <summary>One of several clients on the same few keys. It expects nothing: whether its answers fit together with those of the
/// others is for the history to show.</summary>
public sealed class Contender(RecordedClient client, int seed)
{
    /// <summary>The keys of all contenders in all rounds.</summary>
    public const string Prefix = "shared/";

    private const int Keys = 5;

    private readonly Random random = new(seed);
    private readonly Dictionary<string, long> seen = [];
    private int values;

    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await StepAsync(abort);
            }
            catch (Exception failure) when (failure is EtcdException or OperationCanceledException)
            {
                // On record; the next step goes on from wherever this led.
                await Patience.PauseAsync(stop);
            }
        }
    }

    private async Task StepAsync(CancellationToken abort)
    {
        var key = $"{Prefix}{random.Next(Keys)}";
        var value = $"{seed}={++values}";
        switch (random.Next(10))
        {
            case < 3:
                await client.RunAsync<PutResponse>(new PutRequest(key, value), abort);
                break;
            case < 5:
                var compare = KeyCompare.ModRevision(key, CompareResult.Equal, seen.GetValueOrDefault(key));
                await client.RunAsync<TxnResponse>(
                    new TxnRequest([compare], [new PutRequest(key, value)], [new RangeRequest(new KeyRange(key))]), abort);
                break;
            case 5:
                await client.RunAsync<DeleteResponse>(new DeleteRequest(new KeyRange(key)), abort);
                break;
            case 6:
                await client.RunAsync<RangeResponse>(new RangeRequest(KeyRange.Prefix(Prefix)), abort);
                break;
            default:
                var read = await client.RunAsync<RangeResponse>(new RangeRequest(new KeyRange(key)), abort);
                seen[key] = read.Records.Count > 0 ? read.Records[0].ModRevision : 0;
                break;
        }
    }
}
