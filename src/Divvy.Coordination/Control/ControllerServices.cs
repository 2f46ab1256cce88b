using Divvy.Client.Etcd;
using Divvy.Coordination.Events;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Sessions;
using Divvy.Coordination.Steps;
using Divvy.Coordination.Telemetry;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Control;

/// <summary>What every controller of a server uses.</summary>
internal sealed record ControllerServices
{
    public required CoordinationOptions Options { get; init; }

    public required IEtcdClient Store { get; init; }

    public required StoreLayout Layout { get; init; }

    public required StoreMirror Mirror { get; init; }

    public required ServerLease Lease { get; init; }

    public required StepCommitter Committer { get; init; }

    public required NamespaceRemoval Removal { get; init; }

    public required EventHistory History { get; init; }

    public required Departures Departures { get; init; }

    public required CoordinationMetrics Metrics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }
}
