using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Tests.Conformance;
using Divvy.TestKit;

namespace Divvy.Store.Tests;

/// <summary>Members of one cluster in this process, each with a data folder and a port for clients of its
/// own.</summary>
public sealed class ServedCluster : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly TempDirectory folder = new();
    private readonly List<StoreHost> members = [];

    private ServedCluster()
    {
    }

    public IReadOnlyList<StoreHost> Members => members;

    /// <summary>Where clients connect, as the command line takes it.</summary>
    public string Endpoints => string.Join(',', members.Select(member => member.Endpoint));

    /// <summary>Starts all members and waits until each has found the others.</summary>
    public static async Task<ServedCluster> StartAsync(
        int size = 3, Func<EmbeddedStoreOptions, EmbeddedStoreOptions>? change = null)
    {
        var cluster = new ServedCluster();
        try
        {
            await cluster.FoundAsync(size, change ?? (static options => options));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The member that leads, by what it says itself.</summary>
    public async Task<StoreHost> LeaderAsync()
    {
        using var limit = new CancellationTokenSource(patience);
        while (!limit.IsCancellationRequested)
        {
            foreach (var member in members)
            {
                var status = await member.Channel.UnaryAsync(EtcdMethods.Status, new StatusRequest());
                if (status.Leader == status.Header.MemberId)
                    return member;
            }
        }
        throw new TimeoutException("no member leads");
    }

    /// <summary>Stops one member for good.</summary>
    public async Task StopAsync(StoreHost member)
    {
        members.Remove(member);
        await member.DisposeAsync();
    }

    /// <summary>Adds a member without a vote and starts it.</summary>
    public async Task<StoreHost> AddLearnerAsync(
        string name, Func<EmbeddedStoreOptions, EmbeddedStoreOptions>? change = null)
    {
        var url = NewPeerUrl();
        var add = new MemberAddRequest { PeerURLs = { url }, IsLearner = true };
        await members[0].Channel.UnaryAsync(EtcdMethods.MemberAdd, add);
        var list = await members[0].Channel.UnaryAsync(EtcdMethods.MemberList, new MemberListRequest());
        var others = list.Members.SelectMany(member => member.PeerURLs).Where(other => other != url);
        var cluster = await JoinedCluster.AskAsync(
            [.. others.Select(other => new Uri(other))], [new Uri(url)], null, CancellationToken.None);
        var learner = await StoreHost.StartAsync(
            (change ?? (static options => options))(OptionsOf(name, [url]) with { Join = cluster }));
        members.Add(learner);
        return learner;
    }

    /// <summary>Gives a learner a vote; tries until the leader has heard how far it is.</summary>
    public async Task PromoteAsync(ulong learner)
    {
        using var limit = new CancellationTokenSource(patience);
        while (true)
        {
            try
            {
                await members[0].Channel.UnaryAsync(
                    EtcdMethods.MemberPromote, new MemberPromoteRequest { ID = learner });
                return;
            }
            catch (RpcException notYet) when (
                notYet.Detail.EndsWith("in sync with leader", StringComparison.Ordinal)
                && !limit.IsCancellationRequested)
            {
                await new Api(members[0].Channel).PutAsync("more", "log");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in members)
            await member.DisposeAsync();
        folder.Dispose();
    }

    private async Task FoundAsync(int size, Func<EmbeddedStoreOptions, EmbeddedStoreOptions> change)
    {
        var initial = Enumerable.Range(1, size)
            .Select(number => new InitialMember($"n{number}", [NewPeerUrl()]))
            .ToList();
        foreach (var member in initial)
        {
            var own = OptionsOf(member.Name, member.PeerUrls) with { InitialCluster = initial };
            members.Add(await StoreHost.StartAsync(change(own)));
        }
        foreach (var member in members)
            await member.Store.Ready.WaitAsync(patience);
    }

    private EmbeddedStoreOptions OptionsOf(string name, IReadOnlyList<string> peerUrls) => new()
    {
        Name = name,
        DataDirectory = folder.File(name),
        Peers = new PeerOptions { ListenUrls = [new Uri(peerUrls[0])] },
        AdvertisePeerUrls = peerUrls,
        HeartbeatInterval = TimeSpan.FromMilliseconds(50),
        ElectionTimeout = TimeSpan.FromMilliseconds(500),
    };

    private static string NewPeerUrl() => $"http://127.0.0.1:{FreePort.Probe()}";
}
