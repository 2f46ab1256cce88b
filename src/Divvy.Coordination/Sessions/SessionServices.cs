using Divvy.Client.Etcd;
using Divvy.Coordination.Loads;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Steps;
using Divvy.Coordination.Streams;
using Divvy.Coordination.Telemetry;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Sessions;

/// <summary>What every session stream of a server uses.</summary>
internal sealed record SessionServices
{
    public required IEtcdClient Store { get; init; }

    public required StoreMirror Mirror { get; init; }

    public required NamespaceLookup Lookup { get; init; }

    public required SessionRegistrar Registrar { get; init; }

    public required StepQueue Steps { get; init; }

    public required StreamSender Sender { get; init; }

    public required LoadBook Loads { get; init; }

    public required Departures Departures { get; init; }

    public required RedistributionTracker Redistributions { get; init; }

    public required CoordinationMetrics Metrics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }
}
