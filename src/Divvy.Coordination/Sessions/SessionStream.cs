using Divvy.Client.Etcd;
using Divvy.Coordination.Mirror;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Sessions;

/// <summary>One session's stream on this server.</summary>
/// <remarks>
/// <para>Four loops, each the only one of its kind, so nothing is sent or renewed twice at a time: one reads the
/// instance's messages, one renews the lease for its heartbeats, one turns its acknowledgements into steps, one writes
/// what it is owed. The first to end ends the stream; the session goes on without it until its lease ends, on this
/// server or on another.</para>
/// <para>A heartbeat is acknowledged only after the store answered a renewal that was sent after the heartbeat came,
/// with time left (R18). A renewal the store did not answer acknowledges nothing: the instance then counts from an
/// older heartbeat, and stops by itself in time.</para>
/// </remarks>
internal sealed class SessionStream(string space, SessionRef session, SessionOutbox outbox, SessionServices services)
{
    private readonly HeartbeatBox heartbeats = new();
    private readonly ILogger logger = services.Logger;

    private readonly AcknowledgementPump acknowledgements = new(
        space, services.Mirror, services.Steps, services.Metrics, services.Time, services.Logger);

    private readonly Func<StoreSnapshot> newest = () => services.Mirror.Current;

    private bool renewalFailing;

    public string Space => space;

    public SessionRef Session => session;

    public SessionOutbox Outbox => outbox;

    /// <summary>Carries the stream until it ends.
    /// <exception cref="RpcException">With which status to end it; none: OK.</exception></summary>
    public async Task RunAsync(
        IRpcReader<InstanceMessage> requests, IRpcWriter<ServerMessage> responses, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops =
        [
            WriteAsync(responses, stop.Token),
            ReadAsync(requests, stop.Token),
            RenewAsync(stop.Token),
            acknowledgements.RunAsync(stop.Token),
        ];
        var first = await Task.WhenAny(loops).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
    }

    private async Task ReadAsync(IRpcReader<InstanceMessage> requests, CancellationToken cancellationToken)
    {
        while (await requests.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            switch (message.MessageCase)
            {
                case InstanceMessage.MessageOneofCase.Heartbeat when IsOurs(message.Heartbeat.Session):
                    OnHeartbeat(message.Heartbeat);
                    break;
                case InstanceMessage.MessageOneofCase.Acknowledge when IsOurs(message.Acknowledge.Session):
                    OnAcknowledge(message.Acknowledge);
                    break;
                case InstanceMessage.MessageOneofCase.Drain when IsOurs(message.Drain.Session):
                    await DrainAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case InstanceMessage.MessageOneofCase.Deregister when IsOurs(message.Deregister.Session):
                    await DeregisterAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case InstanceMessage.MessageOneofCase.Register:
                    throw new RpcException(
                        RpcStatusCode.FailedPrecondition, "a stream carries one registration, its first message");
                default:
                    // Another session's word is nobody's business here (R1); what is unknown comes from a newer
                    // version.
                    break;
            }
        }
    }

    private bool IsOurs(long other) => other == session.Session.Value;

    private void OnHeartbeat(Heartbeat heartbeat)
    {
        heartbeats.Put(heartbeat.Number);
        services.Loads.Report(space, session, heartbeat.Load);
        if (outbox.Compare(heartbeat.RoleDigest))
            return;
        services.Metrics.RoleResend(space);
        logger.RolesDiffer(session, space);
    }

    private void OnAcknowledge(Acknowledge message)
    {
        if (RoleMessages.ToAckKind(message.Kind) is not { } kind)
            return;
        var ack = new AckFromInstance(
            session,
            new ShardId(message.Shard),
            new Revision(message.Revision),
            kind,
            message.HandedOver,
            message.Error);
        switch (kind)
        {
            case AckKind.Active:
                Activated(ack.Shard);
                break;
            case AckKind.Dropped:
                break;
            case AckKind.Failed:
                logger.InstanceFailed(session, ack.Shard, space, ack.Error);
                acknowledgements.Box.Put(ack);
                break;
            default:
                acknowledgements.Box.Put(ack);
                break;
        }
    }

    private void Activated(ShardId shard)
    {
        if (services.Redistributions.Activated(space, shard) is { } duration)
            logger.Activated(services.Time.GetUtcNow(), shard, session, duration.TotalMilliseconds);
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        logger.Draining(session, space);
        if (!await services.Registrar.DrainAsync(space, session, cancellationToken).ConfigureAwait(false))
            outbox.End("the session is gone");
    }

    private async Task DeregisterAsync(CancellationToken cancellationToken)
    {
        logger.Deregistered(session, space);
        services.Departures.Note(session.Session);
        await services.Registrar.DeregisterAsync(session.Session, cancellationToken).ConfigureAwait(false);
        outbox.End("deregistered");
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var number = await heartbeats.TakeAsync(cancellationToken).ConfigureAwait(false);
            var start = services.Time.GetTimestamp();
            try
            {
                var ttl = await services.Store.KeepAliveOnceAsync(session.Session.Value, cancellationToken)
                    .ConfigureAwait(false);
                if (ttl > TimeSpan.Zero)
                    outbox.Renewed(number, ttl.Value);
                else
                    outbox.End("the store has ended the session");
                services.Metrics.Renewed(services.Time.GetElapsedTime(start));
                renewalFailing = false;
            }
            catch (EtcdException failure)
            {
                services.Metrics.StoreError("renewal");
                if (!renewalFailing)
                    logger.RenewalFailing(session, space, failure.Message);
                renewalFailing = true;
            }
        }
    }

    private async Task WriteAsync(IRpcWriter<ServerMessage> responses, CancellationToken cancellationToken)
    {
        while (true)
        {
            await outbox.WaitAsync(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                if (outbox.TryTake(newest, space) is not { } content)
                    break;
                OwnershipLog.Sent(logger, services.Time.GetUtcNow(), session, content.Causes);
                await services.Sender.SendAsync(responses, content.Message, cancellationToken).ConfigureAwait(false);
                if (content.IsLast)
                    return;
            }
        }
    }
}
