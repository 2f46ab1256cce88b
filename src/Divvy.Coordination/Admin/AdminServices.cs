using Divvy.Client.Etcd;
using Divvy.Coordination.Control;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Listing;
using Divvy.Coordination.Loads;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Routing;
using Divvy.Coordination.Sessions;
using Divvy.Coordination.Steps;
using Divvy.Coordination.Streams;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Admin;

/// <summary>What the admin API uses.</summary>
internal sealed record AdminServices
{
    public required CoordinationOptions Options { get; init; }

    public required IEtcdClient Store { get; init; }

    public required StoreLayout Layout { get; init; }

    public required StoreMirror Mirror { get; init; }

    public required StepCommitter Committer { get; init; }

    public required LoadBook Loads { get; init; }

    public required ListedShards Listed { get; init; }

    public required SessionHub Sessions { get; init; }

    public required RoutingPublisher Routers { get; init; }

    public required ControllerHost Controllers { get; init; }

    public required TimeProvider Time { get; init; }

    /// <exception cref="AdminException">404, naming those that exist.</exception>
    public NamespaceSnapshot Find(string name)
    {
        var snapshot = Mirror.Current;
        if (snapshot.Revision == Revision.None)
            throw new AdminException(503, "Not ready", "this server has not read its store yet: see /ready");
        return snapshot.Find(name) ?? throw AdminException.NotFound(UnknownNamespace.Message(name, snapshot));
    }

    /// <summary>Waits until this server sees what was written, so that the next request does too.</summary>
    public Task SeeAsync(long revision, CancellationToken cancellationToken) =>
        Mirror.WaitForAsync(new Revision(revision), cancellationToken);
}
