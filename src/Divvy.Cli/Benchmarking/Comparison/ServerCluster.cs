using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>The running members of one contender. Disposing it kills them, and nothing else.</summary>
internal sealed class ServerCluster : IAsyncDisposable
{
    private static readonly TimeSpan startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan probe = TimeSpan.FromMilliseconds(200);

    private readonly List<ChildProcess> processes = [];

    private ServerCluster(Contender contender, ClusterPlan plan)
    {
        Contender = contender;
        Plan = plan;
    }

    public Contender Contender { get; }

    public ClusterPlan Plan { get; }

    /// <summary>Processor time of all members together.</summary>
    public TimeSpan Cpu => processes.Aggregate(
        TimeSpan.Zero, (sum, process) => sum + ProcessorTime.OfProcess(process.Id));

    /// <summary>Starts all members and waits until each takes a write.</summary>
    public static async Task<ServerCluster> StartAsync(
        Contender contender, string folder, int nodes, CancellationToken cancellationToken)
    {
        var cluster = new ServerCluster(contender, ClusterPlan.Create(folder, nodes));
        try
        {
            foreach (var member in cluster.Plan.Members)
                cluster.processes.Add(cluster.Start(member));
            foreach (var endpoint in cluster.Plan.Endpoints)
                await cluster.WaitAsync(endpoint, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            await process.DisposeAsync();
    }

    private ChildProcess Start(MemberPlan member)
    {
        var arguments = Contender.Arguments(member, Plan);
        var name = $"{Contender.Name} {member.Name}";
        try
        {
            return Contender.Program is { } program
                ? ChildProcess.Start(name, program, arguments)
                : ChildProcess.StartSupervised(name, arguments);
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new CommandException(
                ExitCode.NotFound,
                $"cannot start '{Contender.Program}' (Debian: apt-get install etcd-server): {failure.Message}",
                failure);
        }
    }

    private async Task WaitAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(startTimeout);
        using var dialer = new ChannelDialer(new ChannelOptions());
        var last = "";
        while (!limit.IsCancellationRequested)
        {
            if (processes.FirstOrDefault(process => process.HasExited) is { } ended)
            {
                throw new CommandException(
                    ExitCode.Failed, $"{ended.Name} ended at its start. Its last lines:\n  {ended.Tail}");
            }

            try
            {
                await using var channel = await dialer.DialAsync(endpoint, limit.Token);
                var put = new PutRequest { Key = ByteString.CopyFromUtf8("ready") };
                await UnaryCall.MakeAsync(channel, EtcdMethods.Put, put, limit.Token);
                return;
            }
            catch (Exception failure) when (failure is IOException or RpcException or OperationCanceledException)
            {
                last = failure.Message;
            }

            await Task.WhenAny(Task.Delay(probe, limit.Token));
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new CommandException(
            ExitCode.Failed, $"{Contender.Name} at {endpoint.Authority} takes no writes: {last}");
    }
}
