using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Core.Identity;
using Divvy.Rpc;

namespace Divvy.Coordination.Sessions;

/// <summary>Begins, carries on and ends sessions in the store. A session is a lease; its key names the
/// instance.</summary>
/// <remarks>Nobody ends a living session to reuse its id (C2): a held id is refused until its lease is gone, and the
/// answer names the holder. The same nonce is the same process asking again, so it gets the session it has (R2), but
/// only after a renewal that the store answered, because the instance counts from when it sent the request
/// (R18).</remarks>
internal sealed class SessionRegistrar(IEtcdClient store, StoreLayout layout, string server)
{
    /// <summary>Attempts to begin a session whose key changes under our hands.</summary>
    private const int MaxAttempts = 4;

    /// <exception cref="RpcException">The id is held, or the session to carry on is gone.</exception>
    /// <exception cref="EtcdException">The store did not answer.</exception>
    public async Task<Registration> RegisterAsync(
        RegistrationRequest request, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var key = layout.Service(request.Space, request.Instance);
        if (!request.Session.IsNone)
            return await ResumeAsync(request, key, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var held = (await store.GetAsync(EtcdRange.Key(key), null, cancellationToken).ConfigureAwait(false)).First;
            var registration = held is null
                ? await BeginAsync(request, key, ttl, cancellationToken).ConfigureAwait(false)
                : await CarryOnOrRefuseAsync(request, held, cancellationToken).ConfigureAwait(false);
            if (registration is not null)
                return registration;
        }
        throw new RpcException(
            RpcStatusCode.Aborted,
            $"the session key of {request.Instance} keeps changing: several processes use this id");
    }

    /// <summary>Says in the session key that the instance wants to leave. False: the session is gone.</summary>
    public async Task<bool> DrainAsync(string space, SessionRef session, CancellationToken cancellationToken)
    {
        var key = layout.Service(space, session.Instance);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var held = (await store.GetAsync(EtcdRange.Key(key), null, cancellationToken).ConfigureAwait(false)).First;
            if (held is null || held.Lease != session.Session.Value
                || !StoreCodec.TryDecode(held.Value.Span, out ServiceRecord? record, out _))
                return false;
            if (record.Status == ServiceStatus.Draining)
                return true;
            var draining = StoreCodec.Encode(record with { Status = ServiceStatus.Draining });
            var txn = EtcdTxn
                .If(
                    EtcdCompare.Lease(key).Equal(session.Session.Value),
                    EtcdCompare.ModRevision(key).Equal(held.ModRevision))
                .Then(EtcdOp.PutKeepingLease(key, draining));
            if ((await store.TxnAsync(txn, cancellationToken).ConfigureAwait(false)).Succeeded)
                return true;
        }
        return false;
    }

    /// <summary>Ends this session and no other: a later session of the same instance has another lease (R3).</summary>
    public Task DeregisterAsync(SessionId session, CancellationToken cancellationToken) =>
        store.RevokeAsync(session.Value, cancellationToken);

    private async Task<Registration> ResumeAsync(
        RegistrationRequest request, string key, CancellationToken cancellationToken)
    {
        var held = (await store.GetAsync(EtcdRange.Key(key), null, cancellationToken).ConfigureAwait(false)).First;
        if (held is not null && held.Lease == request.Session.Value && NonceOf(held) == request.Record.Nonce
            && await CarryOnAsync(request, held, cancellationToken).ConfigureAwait(false) is { } registration)
            return registration;
        throw new RpcException(
            RpcStatusCode.NotFound,
            $"the session {request.Session} of {request.Instance} in namespace {request.Space} is gone:"
                + " drop every shard and register anew, without a session and with another nonce");
    }

    private async Task<Registration?> BeginAsync(
        RegistrationRequest request, string key, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var lease = await store.GrantAsync(ttl, 0, cancellationToken).ConfigureAwait(false);
        var session = new SessionId(lease.Id);
        var value = StoreCodec.Encode(
            request.Record with { Session = session.ToString(), RegisteredBy = server });
        var txn = EtcdTxn.If(EtcdCompare.Missing(key)).Then(EtcdOp.Put(key, value, lease.Id));
        var result = await store.TxnAsync(txn, cancellationToken).ConfigureAwait(false);
        if (result.Succeeded)
        {
            return new Registration(
                new SessionRef(request.Instance, session), lease.Ttl, Resumed: false, new Revision(result.Revision));
        }
        await store.RevokeAsync(lease.Id, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async Task<Registration?> CarryOnOrRefuseAsync(
        RegistrationRequest request, Kv held, CancellationToken cancellationToken)
    {
        if (NonceOf(held) == request.Record.Nonce)
            return await CarryOnAsync(request, held, cancellationToken).ConfigureAwait(false);
        var lease = await store.TimeToLiveAsync(held.Lease, false, cancellationToken).ConfigureAwait(false);
        if (lease is null && held.Lease != 0)
            return null;
        StoreCodec.TryDecode(held.Value.Span, out ServiceRecord? holder, out _);
        var until = lease is null
            ? "its key has no lease: delete it by hand"
            : $"it expires in {lease.TimeLeft.TotalSeconds:0} s unless renewed";
        throw new RpcException(
            RpcStatusCode.AlreadyExists,
            $"the instance id {request.Instance} in namespace {request.Space} is held by the instance at"
                + $" {holder?.Address ?? "an unreadable address"}, session {new SessionId(held.Lease)}, registered"
                + $" through server {holder?.RegisteredBy ?? "unknown"}; {until}. Stop that instance or choose"
                + " another id");
    }

    /// <summary>The session that is there, once the store has renewed it; null: it has just ended.</summary>
    private async Task<Registration?> CarryOnAsync(
        RegistrationRequest request, Kv held, CancellationToken cancellationToken)
    {
        var ttl = await store.KeepAliveOnceAsync(held.Lease, cancellationToken).ConfigureAwait(false);
        return ttl > TimeSpan.Zero
            ? new Registration(
                new SessionRef(request.Instance, new SessionId(held.Lease)), ttl.Value, Resumed: true,
                new Revision(held.ModRevision))
            : null;
    }

    private static string? NonceOf(Kv held) =>
        StoreCodec.TryDecode(held.Value.Span, out ServiceRecord? record, out _) ? record.Nonce : null;
}
