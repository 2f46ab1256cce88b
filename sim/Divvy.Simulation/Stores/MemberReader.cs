using Divvy.Histories.KeyValue;
using Divvy.Rpc;
using Divvy.Simulation.World;
using RangeRequest = Divvy.Rpc.Etcd.RangeRequest;

namespace Divvy.Simulation.Stores;

/// <summary>Reads what single members hold, one after the other and again and again. That may be old, but it is always
/// the state of one revision, and what a member shows never goes back, through restarts neither.</summary>
internal sealed class MemberReader
{
    private readonly StoreRun run;
    private readonly SimRandom random;
    private readonly Dictionary<string, IRpcChannel> channels = [];

    public MemberReader(StoreRun run)
    {
        this.run = run;
        Process = run.World.Start("reader-1");
        random = run.World.Fork(Process.Name);
    }

    public SimProcess Process { get; }

    public async Task RunAsync()
    {
        var wanted = KeyRange.Prefix("k");
        var request = new RangeRequest
        {
            Key = Google.Protobuf.ByteString.CopyFromUtf8(wanted.Start),
            RangeEnd = Google.Protobuf.ByteString.CopyFromUtf8(wanted.End),
            Serializable = true,
        };
        var asked = new Histories.KeyValue.RangeRequest(wanted, Serializable: true);
        while (!run.IsOver)
        {
            await Task.Delay(random.Exponential(TimeSpan.FromMilliseconds(30)), Process.Clock).ConfigureAwait(false);
            var member = random.Pick(run.Cluster.Members).Name;
            if (!channels.TryGetValue(member, out var channel))
                channels.Add(member, channel = run.ChannelTo(Process, member));
            try
            {
                var options = new RpcCallOptions { Timeout = TimeSpan.FromSeconds(1) };
                var response = await channel.UnaryAsync(EtcdMethods.Range, request, options).ConfigureAwait(false);
                var answer = new Histories.KeyValue.RangeResponse(
                    response.Header.Revision, [.. response.Kvs.Select(StoreHistory.ToRecord)], (int)response.Count);
                run.History.PastReads.Observe($"{response.Header.MemberId:x}", asked, answer, run.World.Now);
                run.Report.Count("reads of members");
                run.World.Trace.Add(
                    TraceKind.Client, Process.Name, answer.Revision, () => $"{member} is at {answer.Revision}");
            }
            catch (RpcException)
            {
                // It does not answer: another one may.
            }
        }
    }
}
