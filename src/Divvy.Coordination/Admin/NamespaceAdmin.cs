using Divvy.Client.Etcd;
using Divvy.Coordination.Control;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Admin;

/// <summary>What operators do with namespaces.</summary>
internal sealed class NamespaceAdmin(AdminServices services)
{
    /// <summary>Attempts against others who change the same configuration.</summary>
    private const int MaxAttempts = 5;

    public IReadOnlyList<NamespaceView> List()
    {
        var snapshot = services.Mirror.Current;
        return [.. snapshot.Names.Select(name => View(snapshot.Get(name)))];
    }

    public NamespaceView Get(string name) => View(services.Find(name));

    /// <exception cref="AdminException">400: bad settings; 409: it exists.</exception>
    public async Task<NamespaceView> CreateAsync(NamespaceCreate request, CancellationToken cancellationToken)
    {
        var config = NamespaceSettings.Create(request);
        var key = services.Layout.Namespace(request.Name!);
        var txn = EtcdTxn.If(EtcdCompare.Missing(key)).Then(EtcdOp.Put(key, StoreCodec.Encode(config)));
        var result = await services.Store.TxnAsync(txn, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            throw AdminException.Conflict(Exists(request.Name!));
        await services.SeeAsync(result.Revision, cancellationToken).ConfigureAwait(false);
        return Get(request.Name!);
    }

    /// <summary>Creates it unless it exists: for the namespace a server is started with. An existing one stays as it
    /// is.
    /// </summary>
    public async Task EnsureAsync(string name, NamespaceConfig config, CancellationToken cancellationToken)
    {
        if (!StoreLayout.IsName(name))
            throw new ArgumentException($"'{name}' cannot be the name of a namespace", nameof(name));
        var key = services.Layout.Namespace(name);
        var txn = EtcdTxn.If(EtcdCompare.Missing(key)).Then(EtcdOp.Put(key, StoreCodec.Encode(config)))
            .Else(EtcdOp.Get(EtcdRange.Key(key), new GetOptions { KeysOnly = true }));
        var result = await services.Store.TxnAsync(txn, cancellationToken).ConfigureAwait(false);
        var revision = result.Succeeded ? result.Revision : result.Range(0).First!.ModRevision;
        await services.SeeAsync(revision, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="AdminException">400: bad settings; 404: it does not exist; 409: it is being
    /// deleted.</exception>
    public Task<NamespaceView> ChangeAsync(string name, NamespaceChange change, CancellationToken cancellationToken) =>
        UpdateAsync(
            name,
            config => config.Deleting
                ? throw AdminException.Conflict($"the namespace {name} is being deleted")
                : NamespaceSettings.Change(config, change),
            cancellationToken);

    /// <summary>Begins the removal: its shards close one by one, then everything of it goes.</summary>
    public Task<NamespaceView> DeleteAsync(string name, CancellationToken cancellationToken) =>
        UpdateAsync(name, config => config with { Deleting = true }, cancellationToken);

    public PlanView Preview(string name)
    {
        var space = services.Find(name);
        var input = PlanningView.Of(space, _ => []);
        var result = Planner.Plan(input);
        return Views.Of(space, result, PlanChecker.Check(input, result.Plan));
    }

    private async Task<NamespaceView> UpdateAsync(
        string name, Func<NamespaceConfig, NamespaceConfig> update, CancellationToken cancellationToken)
    {
        var key = services.Layout.Namespace(name);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var space = services.Find(name);
            var changed = update(space.Config!);
            if (changed == space.Config)
                return View(space);
            var txn = EtcdTxn.If(EtcdCompare.ModRevision(key).Equal(space.ConfigRevision.Value))
                .Then(EtcdOp.Put(key, StoreCodec.Encode(changed)))
                .Else(EtcdOp.Get(key));
            var result = await services.Store.TxnAsync(txn, cancellationToken).ConfigureAwait(false);
            if (result.Succeeded)
            {
                await services.SeeAsync(result.Revision, cancellationToken).ConfigureAwait(false);
                return View(services.Mirror.Current.Find(name) ?? space with { Config = changed });
            }
            if (result.Range(0).First is { } newer)
                await services.SeeAsync(newer.ModRevision, cancellationToken).ConfigureAwait(false);
        }
        throw AdminException.Conflict($"the configuration of {name} keeps changing: try again");
    }

    private NamespaceView View(NamespaceSnapshot space) => Views.Of(space, services.Options);

    private string Exists(string name) => services.Mirror.Current.Find(name)?.Config is { Deleting: true }
        ? $"the namespace {name} is still being deleted: wait until it is gone"
        : $"the namespace {name} exists: change it with PATCH /api/v1/namespaces/{name}";
}
