using Divvy.Client.Etcd;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>A client whose renewals answer what the test says, although the session key is there.</summary>
internal sealed class RenewalClient(IEtcdClient inner) : DelegatingEtcdClient(inner)
{
    /// <summary>What the next renewals answer; null as a whole: what the store says.</summary>
    public Func<long, Task<TimeSpan?>>? Answer { get; set; }

    public override Task<TimeSpan?> KeepAliveOnceAsync(long id, CancellationToken cancellationToken = default) =>
        Answer?.Invoke(id) ?? base.KeepAliveOnceAsync(id, cancellationToken);
}
