using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Torture.Members;

namespace Divvy.Torture.Load;

/// <summary>Asks one member for what it has: serializable reads, and reads of revisions a little back.</summary>
public sealed class PastReader(Member member, CallRecorder calls, SnapshotReads reads, int seed)
{
    private const int FarthestBack = 40;
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(5);

    private readonly Random random = new(seed);
    private long newest;

    /// <param name="oldest">A revision that is not compacted in this round.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <param name="abort">Ends a read that hangs.</param>
    public async Task RunAsync(long oldest, CancellationToken stop, CancellationToken abort)
    {
        newest = oldest;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(oldest, abort);
                await Task.Delay(pause, abort);
            }
            catch (Exception failure) when (failure is EtcdException or OperationCanceledException)
            {
                // A read that fails says nothing.
            }
        }
    }

    private async Task ReadAsync(long oldest, CancellationToken abort)
    {
        var past = random.Next(3) == 0 ? Math.Max(oldest, newest - random.Next(FarthestBack)) : 0;
        var request = new RangeRequest(KeyRange.Prefix(Contender.Prefix), past, Limit: random.Next(2) * 3, Serializable: true);
        var life = member.Lives;
        var response = (RangeResponse)await StoreCalls.SendAsync(member.Client, request, abort);
        newest = Math.Max(newest, response.Revision);

        // What was asked of one life and answered by the next says nothing about their order.
        var source = life == member.Lives ? $"{member.Name}#{life}" : "";
        lock (reads)
            reads.Observe(source, request, response, calls.Now);
    }
}
