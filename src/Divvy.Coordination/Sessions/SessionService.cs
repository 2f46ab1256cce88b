using Divvy.Client.Etcd;
using Divvy.Coordination.Streams;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Sessions;

/// <summary>Takes session streams: the registration first, then the stream until it ends.</summary>
internal sealed class SessionService(
    SessionServices services, SessionHub hub, StreamLimit limit, CoordinationOptions options)
{
    public async ValueTask HandleAsync(
        IRpcReader<InstanceMessage> requests, IRpcWriter<ServerMessage> responses, RpcServerContext context)
    {
        using var place = limit.Enter();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, limit.Stopping);
        try
        {
            var stream = await OpenAsync(requests, stop.Token).ConfigureAwait(false);
            hub.Add(stream);
            try
            {
                await stream.RunAsync(requests, responses, stop.Token).ConfigureAwait(false);
            }
            finally
            {
                hub.Remove(stream);
                services.Loads.Forget(stream.Space, stream.Session);
            }
        }
        catch (OperationCanceledException) when (limit.Stopping.IsCancellationRequested)
        {
            throw new RpcException(RpcStatusCode.Unavailable, $"server {options.ServerId} stops: carry on at another");
        }
        catch (EtcdException failure)
        {
            services.Metrics.StoreError("session");
            throw new RpcException(
                RpcStatusCode.Unavailable,
                $"server {options.ServerId} cannot reach its store: {failure.Message}", inner: failure);
        }
        catch (RpcException refusal)
        {
            services.Logger.RegistrationRefused(refusal.Detail);
            throw;
        }
    }

    private async Task<SessionStream> OpenAsync(
        IRpcReader<InstanceMessage> requests, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.OpenTimeout, services.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var message = await requests.ReadAsync(both.Token).ConfigureAwait(false);
            if (message?.Register is not { } register)
                throw new RpcException(
                    RpcStatusCode.InvalidArgument, "the first message of a session stream is Register");
            return await RegisterAsync(RegistrationRequest.From(register), both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(
                RpcStatusCode.Unavailable,
                $"server {options.ServerId} could not open the stream within {options.OpenTimeout.TotalSeconds:0.#} s:"
                    + " no registration came, or its store is behind or away");
        }
    }

    private async Task<SessionStream> RegisterAsync(RegistrationRequest request, CancellationToken cancellationToken)
    {
        var space = await services.Lookup.FindAsync(request.Space, cancellationToken).ConfigureAwait(false);
        if (space.Config!.Deleting && request.Session.IsNone)
        {
            throw new RpcException(
                RpcStatusCode.FailedPrecondition,
                $"the namespace {request.Space} is being deleted and takes no new instance");
        }
        var ttl = space.Config!.SessionTtlMs is { } milliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : options.SessionTtl;
        Registration registration;
        try
        {
            registration = await services.Registrar.RegisterAsync(request, ttl, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RpcException)
        {
            services.Metrics.Registration(request.Space, "refused");
            throw;
        }
        services.Metrics.Registration(request.Space, registration.Resumed ? "resumed" : "new");
        // Roles no older than what the session has seen, from here or from another server (R12).
        var since = registration.Revision > request.Seen ? registration.Revision : request.Seen;
        await services.Mirror.WaitForAsync(since, cancellationToken).ConfigureAwait(false);
        var greeting = new Registered
        {
            Session = registration.Session.Session.Value,
            TtlMs = (long)registration.Ttl.TotalMilliseconds,
            Server = options.ServerId,
            Resumed = registration.Resumed,
            Mode = RoleMessages.ToMessage(space.Config.Mode),
            Layout = RoleMessages.ToMessage(space.Config.Layout),
        };
        if (registration.Resumed)
            services.Logger.Resumed(registration.Session, request.Space);
        else
            services.Logger.Registered(registration.Session, request.Space, request.Record.Address);
        var outbox = new SessionOutbox(registration.Session, greeting);
        return new SessionStream(request.Space, registration.Session, outbox, services);
    }
}
