using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Tests.Conformance;
using Divvy.TestKit;
using Divvy.TestKit.Etcd;

namespace Divvy.Store.Tests.Etcdctl;

/// <summary>What an operator does: status, alarms, defragmentation, snapshots, members, the leader.</summary>
public abstract class UpkeepConformance<TServer> : ControlTests<TServer>
    where TServer : IStoreServer, new()
{
    /// <summary>Without a scheme: with one, etcdctl 3.4 sends all of the URL as the authority of the calls that are for
    /// one endpoint, which is malformed, and servers that check it (Kestrel, nghttp2) refuse it.</summary>
    private string Authorities => string.Join(',', Server.Members.Select(member => member.Address.Authority));

    [EtcdFact]
    public async Task Endpoint_StatusHealthAndHash_AreThoseOfEveryMember()
    {
        await RunAsync("put", "e", "1");
        await Server.Channel.UnaryAsync(EtcdMethods.Range, Api.NewRange("e"));

        var status = (await RunAtAsync(Authorities, "endpoint", "status")).Split('\n');
        status.Length.ShouldBe(Server.Members.Count);
        status.ShouldAllBe(line => line.Contains($", {EmbeddedStore.Version}, ", StringComparison.Ordinal));
        status.Count(line => line.Contains(", true, false, ", StringComparison.Ordinal)).ShouldBe(1, "one leads");
        foreach (var member in Server.Members)
            (await RunAsync("endpoint", "health")).ShouldContain($"{member.Endpoint} is healthy");
        var hashes = (await RunAtAsync(Authorities, "endpoint", "hashkv", "--rev=2")).Split('\n');
        hashes.Select(line => line.Split(", ")[1]).Distinct().Count().ShouldBe(1);
    }

    [EtcdFact]
    public async Task Defrag_EveryEndpoint_IsFinished()
    {
        await RunAsync("put", "d", "1");

        var lines = (await RunAtAsync(Authorities, "defrag")).Split('\n');

        lines.Length.ShouldBe(Server.Members.Count);
        lines.ShouldAllBe(line => line.StartsWith("Finished defragmenting etcd member", StringComparison.Ordinal));
    }

    [EtcdFact]
    public async Task Alarms_Raised_AreListedAndDisarmed()
    {
        (await RunAsync("alarm", "list")).ShouldBe("");
        await Server.Channel.UnaryAsync(
            EtcdMethods.Alarm,
            new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Activate, Alarm = AlarmType.Nospace });

        (await RunAsync("alarm", "list")).ShouldEndWith("alarm:NOSPACE ");
        (await RefusedAsync("put", "a", "1")).ShouldContain("etcdserver: mvcc: database space exceeded");
        (await RunAsync("alarm", "disarm")).ShouldEndWith("alarm:NOSPACE ");
        (await RunAsync("alarm", "list")).ShouldBe("");
        (await RunAsync("put", "a", "1")).ShouldBe("OK");
    }

    [EtcdFact]
    public async Task Snapshot_Saved_IsTakenForWhole()
    {
        using var folder = new TempDirectory();
        await RunAsync("put", "s", new string('x', 10_000));

        var said = await RunAtAsync(Server.Members[0].Endpoint, "snapshot", "save", folder.File("s"));

        said.ShouldContain($"Snapshot saved at {folder.File("s")}");
        (new FileInfo(folder.File("s")).Length % 512).ShouldBe(32);
    }

    [EtcdFact]
    public async Task Members_AddedUpdatedRemoved_AreListed()
    {
        var members = await RunAsync("member", "list");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (members.Contains(", , ", StringComparison.Ordinal) && !limit.IsCancellationRequested)
            members = await RunAsync("member", "list"); // a member that has just begun has yet to say its URLs
        members.Split('\n').Length.ShouldBe(Server.Members.Count);
        foreach (var member in Server.Members)
            members.ShouldContain($", {member.Endpoint}, false");

        var added = await RunAsync("member", "add", "late", "--learner", "--peer-urls=http://127.0.0.1:1");
        var id = added.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var padded = id.PadLeft(16); // as etcdctl prints an id that happens to be short
        added.ShouldContain($"Member {padded} added to cluster");
        (await RunAsync("member", "list")).ShouldContain($"{id}, unstarted, , http://127.0.0.1:1, , true");
        (await RefusedAsync("member", "promote", id)).ShouldContain(
            "can only promote a learner member which is in sync with leader");
        (await RunAsync("member", "update", id, "--peer-urls=http://127.0.0.1:2")).ShouldContain($"Member {padded} updated");
        (await RunAsync("member", "list")).ShouldContain("http://127.0.0.1:2");
        (await RunAsync("member", "remove", id)).ShouldContain($"Member {padded} removed from cluster");
        (await RefusedAsync("member", "remove", id)).ShouldContain("etcdserver: member not found");
    }

    [EtcdFact]
    public async Task MoveLeader_ToEachOther_MovesIt()
    {
        foreach (var member in Server.Members)
        {
            var status = await member.Channel.UnaryAsync(EtcdMethods.Status, new StatusRequest());
            if (status.Leader == status.Header.MemberId)
                continue;
            var target = status.Header.MemberId.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
            (await RunAtAsync(Authorities, "move-leader", target)).ShouldStartWith("Leadership transferred from");
        }

        var nobody = await Should.ThrowAsync<InvalidOperationException>(
            () => RunAtAsync(Authorities, "move-leader", "404"));
        nobody.Message.ShouldContain("etcdserver: bad leader transferee");
    }
}
