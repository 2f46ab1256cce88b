using Divvy.Core.Streams;

namespace Divvy.Cli.Streams.Leases;

/// <summary>The leases one worker holds.</summary>
/// <param name="Worker">Its id.</param>
/// <param name="Leases">In the order of their keys; none is finished.</param>
internal sealed record WorkerLeases(string Worker, IReadOnlyList<StreamLease> Leases)
{
    public int Count => Leases.Count;
}
