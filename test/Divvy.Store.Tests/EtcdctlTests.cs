using Divvy.TestKit;
using Divvy.TestKit.Etcd;

namespace Divvy.Store.Tests;

/// <summary>etcd's own command line against the store on a port.</summary>
public sealed class EtcdctlTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> environment = new() { ["ETCDCTL_API"] = "3" };

    private StoreHost? host;

    private string Endpoint => host!.Address.GetLeftPart(UriPartial.Authority);

    public async Task InitializeAsync() => host = await StoreHost.StartAsync();

    public async Task DisposeAsync() => await host!.DisposeAsync();

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
        // No standard input of the test kit's processes is fed, so the shell does it.
        var script = $"printf 'value(\"t\") = \"1\"\\n\\nput t 2\\nget t\\n\\nput t 3\\n\\n' "
            + $"| {EtcdBinary.Control} --endpoints={Endpoint} txn";

        var output = await ChildProcess.RunAsync("/bin/sh", ["-c", script], environment);

        output.ShouldStartWith("SUCCESS");
        (await RunAsync("get", "t", "--print-value-only")).ShouldBe("2");
    }

    [EtcdFact]
    public async Task Watch_FromARevision_PrintsPastAndPresent()
    {
        await RunAsync("put", "w", "1");
        await RunAsync("put", "w", "2");
        await using var watch = ChildProcess.Start(
            EtcdBinary.Control!, [$"--endpoints={Endpoint}", "watch", "w", "--rev=2", "--prev-kv"], environment);
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
    public async Task Endpoint_StatusAndHealth_AreThoseOfALeader()
    {
        await RunAsync("put", "e", "1");

        (await StatusAsync()).ShouldContain($"{EmbeddedStore.Version},");
        (await StatusAsync()).ShouldContain(", true, false,");
        (await RunAsync("endpoint", "health")).ShouldContain("is healthy");
        (await RunAsync("member", "list")).ShouldContain($"started, test, , {Endpoint}, false");
    }

    [EtcdFact]
    public async Task LockAndElect_ByTheirRecipes_Work()
    {
        (await RunAsync("lock", "mutex", "echo", "held")).ShouldContain("held");

        await using var leader = ChildProcess.Start(
            EtcdBinary.Control!, [$"--endpoints={Endpoint}", "elect", "chair", "me"], environment);
        await leader.WaitForLineAsync(line => line == "me", "the election");
    }

    /// <summary>Without a scheme: with one, etcdctl 3.4 sends all of the URL as the authority of this one call, which
    /// is malformed, and servers that check it (Kestrel, nghttp2) refuse it.</summary>
    private Task<string> StatusAsync() => ChildProcess.RunAsync(
        EtcdBinary.Control!, [$"--endpoints={host!.Address.Authority}", "endpoint", "status"], environment);

    private Task<string> RunAsync(params string[] arguments) => ChildProcess.RunAsync(
        EtcdBinary.Control!, [$"--endpoints={Endpoint}", .. arguments], environment);
}
