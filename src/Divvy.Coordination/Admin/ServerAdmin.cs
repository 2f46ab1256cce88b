using System.Reflection;
using Divvy.Client.Etcd;

namespace Divvy.Coordination.Admin;

/// <summary>What this server says of itself.</summary>
internal sealed class ServerAdmin(AdminServices services)
{
    /// <summary>How long a readiness check waits for the store.</summary>
    public static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    public ServerView View()
    {
        var snapshot = services.Mirror.Current;
        var led = services.Controllers.Led.ToHashSet(StringComparer.Ordinal);
        return new ServerView
        {
            Id = services.Options.ServerId,
            Version = typeof(ServerAdmin).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion.Split('+')[0] ?? "unknown",
            Store = services.Store.Endpoints,
            Revision = snapshot.Revision.Value,
            Sessions = services.Sessions.Count,
            Routers = services.Routers.Count,
            Namespaces =
            [
                .. snapshot.Names.Select(
                    name => new ServerNamespaceView(name, snapshot.Get(name).Leader, led.Contains(name))),
            ],
        };
    }

    /// <summary>What keeps the server from its work, one sentence each; empty: nothing.</summary>
    public async Task<IReadOnlyList<string>> MissingAsync(CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        if (!services.Mirror.IsSynced)
            missing.Add("the store was not read yet");
        using var limit = new CancellationTokenSource(ProbeTimeout, services.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var options = new GetOptions { Limit = 1, KeysOnly = true };
            await services.Store.GetAsync(EtcdRange.Key(services.Layout.RangeStart), options, both.Token)
                .ConfigureAwait(false);
        }
        catch (EtcdException failure)
        {
            missing.Add(
                $"the store at {string.Join(", ", services.Store.Endpoints)} does not answer: {failure.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            missing.Add(
                $"the store at {string.Join(", ", services.Store.Endpoints)} did not answer a linearizable read within"
                    + $" {ProbeTimeout.TotalSeconds:0.#} s");
        }
        return missing;
    }
}
