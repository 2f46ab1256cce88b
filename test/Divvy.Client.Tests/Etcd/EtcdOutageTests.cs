using Divvy.Client.Etcd;
using Divvy.Rpc;
using Divvy.TestKit;
using Divvy.TestKit.Etcd;
using static Divvy.Client.Tests.Etcd.TestClients;

namespace Divvy.Client.Tests.Etcd;

/// <summary>What happens around a real etcd that is killed, frozen, late or absent.</summary>
public sealed class EtcdOutageTests
{
    [EtcdFact]
    public async Task WatchAsync_EtcdKilledAndRestartedThreeTimes_NoGapAndNoDuplicate()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var writer = Connect(etcd.Endpoint);
        await using var reader = Connect(etcd.Endpoint);
        await using var watch = new WatchProbe(reader.WatchAsync(EtcdRange.Prefix("k/"), WatchOptions.Default));
        await watch.NextAsync();
        List<long> written = [];
        List<long> seen = [];

        async Task CatchUpAsync()
        {
            var events = await watch.EventsAsync(written.Count - seen.Count);
            seen.AddRange(events.Select(change => change.Kv.ModRevision));
        }

        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 20; i++)
                written.Add(await writer.PutAsync($"k/{i % 3}", Bytes($"{round}/{i}")));
            if (round == 1)
                await CatchUpAsync();
            await etcd.RestartAsync();
            written.Add(await UntilKnownAsync(() => writer.PutAsync("k/after", Bytes($"{round}"))));
        }

        await CatchUpAsync();
        seen.ShouldBe(written);
    }

    [EtcdFact]
    public async Task WatchAsync_HistoryCompactedDuringAnOutage_EndsWithTheCompactRevision()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var tunnel = new TcpTunnel(etcd.Port);
        await using var writer = Connect(etcd.Endpoint);
        await using var watcher = Connect(tunnel.Endpoint);
        await using var watch = new WatchProbe(watcher.WatchAsync(EtcdRange.Prefix("k/"), WatchOptions.Default));
        await watch.NextAsync();

        tunnel.Break();
        for (var i = 0; i < 5; i++)
            await writer.PutAsync("k/a", Bytes($"{i}"));
        var compacted = await writer.PutAsync("k/a", Bytes("last"));
        await writer.CompactAsync(compacted);
        tunnel.Restore();

        (await watch.NextAsync()).CompactRevision.ShouldBe(compacted);
        (await watch.EndsAsync()).ShouldBeTrue();
    }

    [EtcdFact]
    public async Task WatchAsync_EtcdFrozen_MovesToTheOtherEndpoint()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var tunnel = new TcpTunnel(etcd.Port);
        await using var writer = Connect(etcd.Endpoint);
        await using var watcher = new EtcdClient(Options(tunnel.Endpoint, etcd.Endpoint) with
        {
            WatchIdleTimeout = TimeSpan.FromMilliseconds(300),
        });
        await using var watch = new WatchProbe(watcher.WatchAsync(EtcdRange.Prefix("k/"), WatchOptions.Default));
        await watch.NextAsync();

        tunnel.Freeze();
        var written = await writer.PutAsync("k/a", Bytes("1"));

        (await watch.NextAsync()).Revision.ShouldBe(written);
    }

    [EtcdFact]
    public async Task Calls_FirstEndpointDead_AreServedByTheSecond()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var client = Connect($"http://127.0.0.1:{FreePort.Probe()}", etcd.Endpoint);

        await client.PutAsync("a", Bytes("1"));
        var lease = await client.GrantAsync(TimeSpan.FromMinutes(5));

        (await client.GetAsync(EtcdRange.Key("a"))).First!.Text.ShouldBe("1");
        (await client.KeepAliveOnceAsync(lease.Id)).ShouldBe(lease.Ttl);
        (await client.StatusAsync()).Endpoint.ShouldBe(etcd.Endpoint);
    }

    [EtcdFact]
    public async Task PutAsync_EtcdDownAtFirst_WaitsUntilItIsUp()
    {
        await using var etcd = EtcdProcess.Create();
        await using var client = Connect(etcd.Endpoint);

        var put = client.PutAsync("a", Bytes("1"));
        await etcd.StartAsync();

        (await put.OrTimeout("the put that waited for etcd")).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task PutAsync_NobodyThere_NamesEveryEndpointAndItsFailure()
    {
        string[] endpoints = [$"http://127.0.0.1:{FreePort.Probe()}", $"http://127.0.0.1:{FreePort.Probe()}"];
        await using var client = new EtcdClient(Options(endpoints) with { Timeout = TimeSpan.FromSeconds(2) });

        var failure = await Should.ThrowAsync<EtcdException>(client.PutAsync("a", Bytes("1")));

        (failure.Code, failure.OutcomeUnknown).ShouldBe((RpcStatusCode.Unavailable, false));
        foreach (var endpoint in endpoints)
            failure.Message.ShouldContain($"{endpoint} (");
        failure.Message.ShouldContain("Connection refused");
        failure.Hint.ShouldContain("check that the store runs");
    }

    [EtcdFact]
    public async Task PutAsync_EtcdFreezes_OutcomeIsUnknownAndMayBeDone()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var patient = Connect(etcd.Endpoint);
        await using var client = new EtcdClient(Options(etcd.Endpoint) with { Timeout = TimeSpan.FromSeconds(1) });
        var before = await client.PutAsync("a", Bytes("before"));
        await using var watch = new WatchProbe(
            patient.WatchAsync(EtcdRange.Key("a"), new WatchOptions { StartRevision = before + 1 }));

        etcd.Pause();
        var failure = await Should.ThrowAsync<EtcdException>(client.PutAsync("a", Bytes("frozen")));
        etcd.Resume();

        failure.OutcomeUnknown.ShouldBeTrue();
        failure.Message.ShouldContain("unknown outcome");
        failure.Endpoint.ShouldBe(etcd.Endpoint);
        (await client.PutAsync("a", Bytes("after"))).ShouldBeInRange(before + 1, before + 2);
    }

    [EtcdFact]
    public async Task PutAsync_EtcdKilledUnderAConnection_OutcomeIsUnknown()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var client = new EtcdClient(Options(etcd.Endpoint) with { Timeout = TimeSpan.FromSeconds(20) });
        await client.PutAsync("a", Bytes("before"));

        etcd.Pause();
        var put = client.PutAsync("a", Bytes("frozen"));
        await etcd.KillAsync();

        (await Should.ThrowAsync<EtcdException>(put)).OutcomeUnknown.ShouldBeTrue();
    }

    [EtcdFact]
    public async Task GetAsync_EtcdRestarts_IsRepeatedUntilItAnswers()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var client = Connect(etcd.Endpoint);
        await client.PutAsync("a", Bytes("1"));

        etcd.Pause();
        var read = client.GetAsync(EtcdRange.Key("a"));
        await etcd.RestartAsync();

        (await read.OrTimeout("the read that outlived etcd")).First!.Text.ShouldBe("1");
    }

    [EtcdFact]
    public async Task KeepAliveOnceAsync_EtcdRestarts_RenewsOnANewStream()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var client = Connect(etcd.Endpoint);
        var lease = await client.GrantAsync(TimeSpan.FromMinutes(5));
        await client.KeepAliveOnceAsync(lease.Id);

        await etcd.RestartAsync();

        (await client.KeepAliveOnceAsync(lease.Id)).ShouldBe(lease.Ttl);
    }

    [EtcdFact]
    public async Task KeepAliveOnceAsync_EtcdFrozen_ThrowsAnUnknownOutcome()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var client = new EtcdClient(Options(etcd.Endpoint) with { Timeout = TimeSpan.FromSeconds(1) });
        var lease = await client.GrantAsync(TimeSpan.FromMinutes(5));
        await client.KeepAliveOnceAsync(lease.Id);

        etcd.Pause();
        var failure = await Should.ThrowAsync<EtcdException>(client.KeepAliveOnceAsync(lease.Id));
        etcd.Resume();

        failure.OutcomeUnknown.ShouldBeTrue();
        await using var patient = Connect(etcd.Endpoint);
        (await patient.KeepAliveOnceAsync(lease.Id)).ShouldBe(lease.Ttl);
    }

    [EtcdFact]
    public async Task LeaseKeeper_EtcdFrozenBeyondTheDeadline_IsLostByItsOwnClock()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var client = new EtcdClient(Options(etcd.Endpoint) with { Timeout = TimeSpan.FromSeconds(1) });
        await using var keeper = await LeaseKeeper.GrantAsync(client, TimeSpan.FromSeconds(2));
        var lost = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = keeper.Lost.Register(() => lost.SetResult(true));

        etcd.Pause();

        await lost.Task.OrTimeout("the keeper gives the lease up");
        keeper.IsAlive.ShouldBeFalse();
        etcd.Resume();
    }

    /// <summary>Repeats a write whose outcome is unknown because it went into a connection to an etcd that was killed
    /// before: it was not applied.</summary>
    private static async Task<long> UntilKnownAsync(Func<Task<long>> write)
    {
        while (true)
        {
            try
            {
                return await write();
            }
            catch (EtcdException unknown) when (unknown.OutcomeUnknown)
            {
                unknown.Endpoint.ShouldNotBeEmpty();
            }
        }
    }
}
