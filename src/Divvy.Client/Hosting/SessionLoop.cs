using Divvy.Client.Servers;
using Divvy.Core.Identity;
using Divvy.Rpc;
using Microsoft.Extensions.Logging;

namespace Divvy.Client.Hosting;

/// <summary>Keeps a host's session: registers, carries the stream from server to server, and registers anew when the
/// session is over.</summary>
/// <remarks>
/// A session outlives its streams. A broken stream is opened again, at the next server, and resumes the session; the
/// machine goes on until its own deadline meanwhile. Only when a server says that the session is gone, the machine
/// drops everything and a new session begins under a new nonce. A registration without an answer is repeated under the
/// same nonce, which gets the same session, so that a lost answer leaves no session behind that holds the id (R2). A
/// grant counts from the first request under its nonce (R18), so a nonce that was refused for certain, because the id's
/// former session lives on, is not used again: the grant that comes in the end would be over when it comes.
/// </remarks>
internal sealed class SessionLoop(
    ShardHostOptions options,
    HostShell shell,
    RoleDirectory directory,
    LoadMeter loads,
    ServerChannels servers,
    TimeProvider time,
    Random dice,
    ILogger logger)
{
    private readonly TaskCompletionSource granted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private SessionStream? current;
    private SessionId lastSession;
    private string? lastRefusal;
    private bool idTaken;
    private bool mayBeGranted;
    private bool draining;
    private bool leaving;

    /// <summary>Completes with the first session; fails when no server will ever accept the registration.</summary>
    public Task Granted => granted.Task;

    /// <summary>What the servers said last; null: nothing, or all is well.</summary>
    public ShardHostException Failure(string what) => new(
        $"{options.InstanceId} {what} in namespace {options.Namespace}: {lastRefusal ?? "no server has answered"}",
        idTaken);

    /// <summary>Runs until it is cancelled, or until the session was closed by <see cref="Deregister"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var rotation = new ServerRotation(servers, options.ReconnectMin, options.ReconnectMax, dice);
        var nonce = BeginSession();
        while (!cancellationToken.IsCancellationRequested && !IsLeaving())
        {
            var channel = rotation.Current;
            var stream = new SessionStream(options, nonce, shell, directory, loads, time);
            try
            {
                var end = await RunAsync(stream, channel, cancellationToken).ConfigureAwait(false);
                if (IsLeaving())
                    return;
                if (end is not null)
                    nonce = Lost(end);
            }
            catch (RpcException failure)
            {
                if (IsLeaving())
                    return;
                nonce = OnFailure(stream, channel, failure) ?? nonce;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // A message that cannot be read, or a mistake of ours. Without its loop the host would lose its session
                // and never register again.
                if (IsLeaving())
                    return;
                logger.StreamFailed(failure, options.InstanceId, channel.Target);
                mayBeGranted |= !stream.WasRegistered;
            }
            if (stream.WasAcknowledged)
                rotation.Succeeded();
            // Who holds the id is in the store: the next server would refuse as this one did.
            var pause = idTaken ? rotation.MoveOnFromAll() : rotation.MoveOn();
            await Task.Delay(pause, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks the servers to move the shards away, now and on every stream to come.</summary>
    public void Drain()
    {
        lock (gate)
        {
            draining = true;
            current?.Drain();
        }
    }

    /// <summary>The session is being given up: a stream that breaks now is not opened again, because a server would
    /// carry
    /// the session on and hand its shards back (R3).</summary>
    public void Leave()
    {
        lock (gate)
            leaving = true;
    }

    /// <summary>Closes the session; the loop ends with the answer. False: there is no stream to say it on.</summary>
    public bool Deregister(SessionId session)
    {
        lock (gate)
        {
            leaving = true;
            return current?.Deregister(session) ?? false;
        }
    }

    private async Task<string?> RunAsync(SessionStream stream, IRpcChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            var registered = await stream.OpenAsync(channel, cancellationToken).ConfigureAwait(false);
            bool over;
            lock (gate)
            {
                current = stream;
                over = leaving;
                if (draining && !over)
                    stream.Drain();
            }
            if (over)
            {
                // The registration crossed the leaving. No role was read yet, so none is taken up before this.
                shell.Drive((machine, now) => machine.EndSession(now));
            }
            (lastRefusal, idTaken, lastSession) = (null, false, new SessionId(registered.Session));
            if (!registered.Resumed)
            {
                logger.SessionGranted(
                    options.InstanceId, lastSession, options.Namespace, registered.Server, registered.TtlMs);
            }
            granted.TrySetResult();
            return await stream.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
                current = null;
            shell.AckSink = null;
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A new nonce when the session is over; null: go on with it.</summary>
    private string? OnFailure(SessionStream stream, IRpcChannel channel, RpcException failure)
    {
        if (stream.WasRegistered)
        {
            logger.StreamLost(options.InstanceId, channel.Target, failure.Message);
            return null;
        }
        if (failure.Code == RpcStatusCode.NotFound && stream.Resumes)
            return Lost(failure.Detail);
        if (lastRefusal != failure.Detail)
            logger.RegistrationFailed(options.InstanceId, channel.Target, failure.Message);
        (lastRefusal, idTaken) = (failure.Detail, failure.Code == RpcStatusCode.AlreadyExists);
        if (idTaken && !mayBeGranted)
            return BeginSession();
        mayBeGranted |= !idTaken && !failure.NeverSent;
        if (failure.Code == RpcStatusCode.InvalidArgument)
            granted.TrySetException(Failure("was refused"));
        return null;
    }

    private string Lost(string reason)
    {
        logger.SessionLost(options.InstanceId, lastSession, reason);
        ClientMetrics.SessionsLost.Add(1, new KeyValuePair<string, object?>("namespace", options.Namespace));
        return BeginSession();
    }

    /// <summary>A nonce is one process's and one attempt's: 16 random bytes.</summary>
    private string BeginSession()
    {
        shell.Drive((machine, now) => machine.BeginSession(now));
        directory.Apply(isFullSet: true, []);
        mayBeGranted = false;
        Span<byte> nonce = stackalloc byte[16];
        dice.NextBytes(nonce);
        return Convert.ToHexStringLower(nonce);
    }

    private bool IsLeaving()
    {
        lock (gate)
            return leaving;
    }
}
