using Divvy.Rpc;
using Microsoft.Extensions.Logging;

namespace Divvy.Client.Etcd;

/// <summary>Runs one call to its end: attempts over the endpoints, with pauses, until an answer, a failure that may not
/// be repeated, or the timeout.</summary>
internal sealed class CallRunner(
    EndpointPool pool, AuthTokens tokens, EtcdClientOptions options, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>A token that is refused although it is new stays refused.</summary>
    private const int MaxReauthentications = 2;

    /// <summary>A further attempt in less time would more likely end with an unknown outcome than with an answer.
    /// </summary>
    private readonly TimeSpan leastAttempt = Min(TimeSpan.FromMilliseconds(100), options.Timeout / 4);

    /// <param name="call">What is called, for messages, and how.</param>
    /// <param name="attempt">Makes one attempt.</param>
    /// <param name="cancellationToken">Ends the call with an <see cref="OperationCanceledException"/>.</param>
    public async Task<T> RunAsync<T>(
        CallShape call,
        Func<EtcdConnection, RpcCallOptions, CancellationToken, ValueTask<T>> attempt,
        CancellationToken cancellationToken)
    {
        var log = new AttemptLog(call.Operation);
        var start = timeProvider.GetTimestamp();
        var reauthentications = 0;
        var maybeApplied = false;
        for (var number = 1; ; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var left = options.Timeout - timeProvider.GetElapsedTime(start);
            if (number > 1 && left <= leastAttempt)
                throw log.TimedOut(options.Timeout, pool.All.Select(one => one.Target), maybeApplied);
            var connection = pool.Current;
            var metadata = RpcMetadata.Empty;
            var sent = false;
            RpcException failure;
            try
            {
                var limit = AttemptLimit(call, left);
                metadata = await tokens.MetadataAsync(connection, call.NeedsLeader, limit, cancellationToken)
                    .ConfigureAwait(false);
                sent = true;
                var rpcOptions = new RpcCallOptions { Timeout = limit, Metadata = metadata };
                return await attempt(connection, rpcOptions, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException caught)
            {
                cancellationToken.ThrowIfCancellationRequested();
                failure = caught;
            }

            log.Add(connection.Target, failure);
            var verdict = RetryRules.Judge(failure);
            maybeApplied |= sent && call.Writes && verdict == RetryVerdict.Unknown;
            switch (verdict)
            {
                case RetryVerdict.Unknown when maybeApplied && !call.Repeatable:
                    pool.MoveOn(connection);
                    throw log.Failed(outcomeUnknown: true);
                case RetryVerdict.Unknown or RetryVerdict.Retry:
                    logger.AttemptFailed(call.Operation, connection.Target, failure.Message);
                    pool.MoveOn(connection);
                    await PauseAsync(number, start, cancellationToken).ConfigureAwait(false);
                    break;
                case RetryVerdict.Reauthenticate when tokens.Enabled && reauthentications < MaxReauthentications:
                    reauthentications++;
                    tokens.Refused(metadata);
                    break;
                default:
                    throw log.Failed(outcomeUnknown: false);
            }
        }
    }

    /// <summary>An attempt that may be repeated leaves time to try somewhere else: an endpoint can be frozen.</summary>
    private TimeSpan AttemptLimit(CallShape call, TimeSpan left)
    {
        var share = options.Timeout / 2;
        return call.Repeatable && pool.Count > 1 && share < left ? share : left;
    }

    private async Task PauseAsync(int attempts, long start, CancellationToken cancellationToken)
    {
        if (attempts % pool.Count != 0)
            return;
        var pause = RetryBackoff.Pause(
            attempts / pool.Count, options.BackoffBase, options.BackoffMax, options.Dice.NextDouble());
        var left = options.Timeout - timeProvider.GetElapsedTime(start);
        var room = left - leastAttempt;
        if (room > TimeSpan.Zero)
            await Task.Delay(Min(pause, room), timeProvider, cancellationToken).ConfigureAwait(false);
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
