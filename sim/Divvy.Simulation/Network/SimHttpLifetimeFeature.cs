using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Simulation.Network;

/// <summary>Whether a request is still wanted, and answered.</summary>
internal sealed class SimHttpLifetimeFeature(CancellationToken gone) : IHttpRequestLifetimeFeature
{
    public CancellationToken RequestAborted { get; set; } = gone;

    public bool IsAborted { get; private set; }

    public void Abort() => IsAborted = true;
}
