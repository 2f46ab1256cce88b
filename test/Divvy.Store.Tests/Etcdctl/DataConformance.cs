using Divvy.Rpc.Etcd;
using Divvy.Store.Tests.Conformance;
using Divvy.TestKit.Etcd;

namespace Divvy.Store.Tests.Etcdctl;

/// <summary>Keys, watches, leases, locks and elections.</summary>
public abstract class DataConformance<TServer> : ControlTests<TServer>
    where TServer : IStoreServer, new()
{
    [EtcdFact]
    public async Task PutGetDel_Keys_AreKeptAndGone()
    {
        (await RunAsync("put", "a/1", "one")).ShouldBe("OK");
        await RunAsync("put", "a/2", "two");

        (await RunAsync("get", "--prefix", "a/")).ShouldBe("a/1\none\na/2\ntwo");
        (await RunAsync("get", "--prefix", "--keys-only", "--order=DESCEND", "a/")).ShouldBe("a/2\n\na/1\n");
        (await RunAsync("put", "--prev-kv", "a/1", "uno")).ShouldContain("one");
        (await RunAsync("get", "a/1", "--rev=2", "--print-value-only")).ShouldBe("one");
        (await RunAsync("del", "--prefix", "a/")).ShouldBe("2");
        (await RunAsync("get", "--prefix", "a/")).ShouldBe("");
    }

    [EtcdFact]
    public async Task Txn_FromStandardInput_TakesTheBranch()
    {
        await RunAsync("put", "t", "1");
        var output = await RunWithInputAsync(
            """value("t") = "1"\n\nput t 2\nget t\n\nput t 3\n\n""", "txn");

        output.ShouldStartWith("SUCCESS");
        (await RunAsync("get", "t", "--print-value-only")).ShouldBe("2");
    }

    [EtcdFact]
    public async Task Watch_FromARevision_PrintsPastAndPresent()
    {
        await RunAsync("put", "w", "1");
        await RunAsync("put", "w", "2");
        await using var watch = Start("watch", "w", "--rev=2", "--prev-kv");
        await watch.WaitForLineAsync(line => line == "2", "the second value, from history");

        await RunAsync("put", "w", "3");
        await watch.WaitForLineAsync(line => line == "3", "the third value, live");
        await RunAsync("del", "w");

        await watch.WaitForLineAsync(line => line == "DELETE", "the deletion");
    }

    [EtcdFact]
    public async Task Lease_GrantKeepAliveRevoke_FollowsTheKeys()
    {
        var granted = await RunAsync("lease", "grant", "60");
        granted.ShouldContain("granted with TTL(60s)");
        var id = granted.Split(' ')[1];
        await RunAsync("put", "--lease=" + id, "l", "1");

        (await RunAsync("lease", "list")).ShouldContain(id);
        (await RunAsync("lease", "timetolive", "--keys", id)).ShouldContain("attached keys([l])");
        (await RunAsync("lease", "keep-alive", "--once", id)).ShouldContain("keepalived with TTL(60)");
        (await RunAsync("lease", "revoke", id)).ShouldContain("revoked");
        (await RunAsync("get", "l")).ShouldBe("");
        (await RunAsync("lease", "timetolive", id)).ShouldContain("already expired");
    }

    [EtcdFact]
    public async Task Compaction_OldRevision_IsRefusedAfterwards()
    {
        await RunAsync("put", "c", "1");
        await RunAsync("put", "c", "2");

        (await RunAsync("compaction", "3")).ShouldBe("compacted revision 3");

        var refused = await Should.ThrowAsync<InvalidOperationException>(() => RunAsync("get", "c", "--rev=2"));
        refused.Message.ShouldContain("required revision has been compacted");
    }

    [EtcdFact]
    public async Task LockAndElect_ByTheirRecipes_Work()
    {
        (await RunAsync("lock", "mutex", "echo", "held")).ShouldContain("held");

        await using var leader = Start("elect", "chair", "me");
        await leader.WaitForLineAsync(line => line == "me", "the election");
    }

    [EtcdFact]
    public async Task MakeMirror_ToAnotherStore_CopiesWhatWasThereAndWhatComes()
    {
        await using var other = await StoreHost.StartAsync();
        await RunAsync("put", "old", "1");
        await using var mirror = Start("make-mirror", other.Endpoint);
        await using var watch = await WatchClient.OpenAsync(other.Channel);
        await watch.CreateAsync(new WatchCreateRequest { RangeEnd = Api.Bytes("\0"), StartRevision = 1 });
        (await watch.EventsAsync(1))[0].Kv.Key.ShouldBe(Api.Bytes("old"));

        await RunAsync("put", "new", "2");

        (await watch.EventsAsync(1))[0].Kv.Value.ShouldBe(Api.Bytes("2"));
    }
}
