using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Admin;

/// <summary>What operators do with instances. What they say is kept in a key of its own, beside the session (R5), and
/// stays until it is taken back, over restarts of the instance.</summary>
internal sealed class InstanceAdmin(AdminServices services)
{
    public IReadOnlyList<InstanceView> List(string name)
    {
        var space = services.Find(name);
        var live = space.Instances.Values.Select(instance => View(space, instance));
        var away = space.Statuses.Where(entry => !space.Instances.ContainsKey(entry.Key))
            .Select(entry => Away(entry.Key, entry.Value));
        return [.. live.Concat(away).OrderBy(view => view.Id, StringComparer.Ordinal)];
    }

    public InstanceView Get(string name, string instance)
    {
        var space = services.Find(name);
        var id = new InstanceId(instance);
        if (space.Instances.TryGetValue(id, out var live))
            return View(space, live);
        return space.Statuses.TryGetValue(id, out var status) ? Away(id, status) : throw Unknown(space, instance);
    }

    /// <summary>Says it; null: takes back what was said.
    /// <exception cref="AdminException">404: nobody knows the instance.</exception></summary>
    public async Task<InstanceView> SayAsync(
        string name, string instance, OperatorStatus? status, CancellationToken cancellationToken)
    {
        var space = services.Find(name);
        var id = new InstanceId(instance);
        if (!space.Instances.ContainsKey(id) && !space.Statuses.ContainsKey(id))
            throw Unknown(space, instance);
        var key = services.Layout.Status(name, id);
        if (status is { } said)
        {
            var value = StoreCodec.Encode(new StatusRecord(said));
            var revision = await services.Store.PutAsync(key, value, 0, cancellationToken).ConfigureAwait(false);
            await services.SeeAsync(revision, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var deleted = await services.Store.DeleteAsync(
                Client.Etcd.EtcdRange.Key(key), false, cancellationToken).ConfigureAwait(false);
            if (deleted.Deleted > 0)
                await services.SeeAsync(deleted.Revision, cancellationToken).ConfigureAwait(false);
        }
        var after = services.Find(name);
        return after.Instances.TryGetValue(id, out var live) ? View(after, live) : Away(id, status);
    }

    private InstanceView View(NamespaceSnapshot space, MirroredInstance instance) =>
        Views.Of(instance, space, services.Loads.RateOf(space.Name, instance.Ref));

    private static InstanceView Away(InstanceId id, OperatorStatus? status) => new()
    {
        Id = id.Value,
        Live = false,
        Status = status is { } said ? NamespaceSettings.ToWord(said) : "active",
    };

    private static AdminException Unknown(NamespaceSnapshot space, string instance)
    {
        var some = string.Join(", ", space.Instances.Keys.Take(10));
        var living = some.Length == 0 ? "none lives" : $"among those that live: {some}";
        return AdminException.NotFound($"the namespace {space.Name} has no instance '{instance}'; {living}");
    }
}
