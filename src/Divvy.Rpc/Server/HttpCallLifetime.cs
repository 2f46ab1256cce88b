using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Rpc.Server;

/// <summary>The time a call over HTTP may run. It also ends with the client's stream, and with the server.</summary>
internal sealed class HttpCallLifetime(
    IFeatureCollection features, TimeProvider timeProvider, TimeSpan? timeout, CancellationToken stopping)
    : CallLifetime(timeProvider, timeout)
{
    private CancellationTokenRegistration gone;
    private CancellationTokenRegistration stop;

    protected override void Register()
    {
        gone = features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted.UnsafeRegister(
            static state => ((CallLifetime)state!).Cancel(CancelReason.ClientGone), this);
        stop = stopping.UnsafeRegister(
            static state => ((CallLifetime)state!).Cancel(CancelReason.ServerStopping), this);
    }

    /// <summary>Does not wait for a callback that is running, as Dispose would: after the end it does no
    /// harm.</summary>
    protected override void Unregister()
    {
        gone.Unregister();
        stop.Unregister();
        base.Unregister();
    }
}
