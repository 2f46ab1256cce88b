using System.CommandLine;
using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Benchmarking.Reports;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Cli.Benchmarking;

/// <summary><c>divvy bench lease-keepalive</c>: each client has a lease and renews it over and over, one stream a
/// renewal, as <c>KeepAliveOnce</c> of etcd's client does.</summary>
internal static class LeaseKeepAliveBench
{
    /// <summary>As in etcd's tool.</summary>
    private const int TtlSeconds = 100;

    public static Command Create(BenchRunner runner)
    {
        var total = LoadOptions.Total("Renewals.");
        var command = new Command(
            "lease-keepalive", $"Renew leases of {TtlSeconds} s, one a client; they are revoked afterwards.") { total };
        runner.Attach(command, parsed => async (session, stop) =>
        {
            var clients = Enumerable.Range(0, session.Settings.Clients).ToArray();
            var leases = await Task.WhenAll(clients.Select(async client => (await UnaryCall.MakeAsync(
                session.SlotOf(client).Channel, EtcdMethods.LeaseGrant, new() { TTL = TtlSeconds }, stop)).ID));
            var operation = new LoadOperation(
                EtcdMethods.LeaseKeepAlive.Path,
                client => new FixedMessage(new LeaseKeepAliveRequest { ID = leases[client] }.ToByteArray()));
            var result = await LoadBench.RunAsync(
                session, "Lease keep-alive", operation, parsed.GetValue(total), pacer: null,
                LoadBench.ProgressOf(runner.Console), stop);
            await Task.WhenAll(clients.Select(client => UnaryCall.MakeAsync(
                session.SlotOf(client).Channel, EtcdMethods.LeaseRevoke, new() { ID = leases[client] },
                CancellationToken.None)));
            return (IReadOnlyList<BenchResult>)[result];
        });
        return command;
    }
}
