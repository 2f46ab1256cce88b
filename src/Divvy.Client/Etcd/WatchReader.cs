using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Microsoft.Extensions.Logging;

namespace Divvy.Client.Etcd;

/// <summary>One watch: a stream at a time, opened anew where the last one broke.</summary>
/// <remarks>
/// <para>The reader holds one number, the next revision it owes its consumer. A stream is opened from that revision,
/// and the number moves only with what was delivered: past the revision of the last event of a batch (the store never
/// splits a revision's events over batches; fragments are put together here first), or past the revision of a progress
/// notification that carries this watch's id. Answers to manual progress requests (id -1) prove only that the server
/// lives: etcd 3.4.23 may send them ahead of events that are still queued, and to move on their word would
/// lose those events at the next reconnect. Events below the next revision are dropped as duplicates.</para>
/// <para>A watch from "now" takes its revision from the store's confirmation, and delivers it as an empty batch. From
/// then on it is a watch from a revision like any other.</para>
/// <para>A server that vanished without closing the connection is found by silence: after the idle timeout a progress
/// request is sent, after another one the stream is given up. Only time spent waiting for the server counts, so a slow
/// consumer is never mistaken for a dead server, and nothing is read ahead of it.</para>
/// </remarks>
internal sealed class WatchReader(
    EtcdRange range,
    WatchOptions watch,
    EndpointPool pool,
    AuthTokens tokens,
    EtcdClientOptions options,
    TimeProvider timeProvider,
    ILogger logger) : IAsyncDisposable
{
    private readonly List<Event> fragments = [];
    private long next = watch.StartRevision;
    private WatchStream? stream;
    private int failures;
    private bool reauthenticated;

    public async ValueTask<WatchBatch> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var connection = stream?.Connection ?? pool.Current;
            try
            {
                stream ??= await OpenAsync(connection, cancellationToken).ConfigureAwait(false);
                var response = await stream.ReadAsync(options.WatchIdleTimeout, cancellationToken)
                    .ConfigureAwait(false);
                if (Take(response) is { } batch)
                    return batch;
            }
            catch (RpcException failure)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await RecoverAsync(connection, failure, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask<WatchStream> OpenAsync(EtcdConnection connection, CancellationToken cancellationToken)
    {
        fragments.Clear();
        var metadata = await tokens
            .MetadataAsync(connection, needsLeader: true, options.Timeout, cancellationToken).ConfigureAwait(false);
        var create = new WatchCreateRequest
        {
            Key = range.Start,
            RangeEnd = range.End,
            StartRevision = next,
            PrevKv = watch.PreviousKv,
            ProgressNotify = watch.ProgressNotify,
            Fragment = true,
        };
        if (watch.NoPut)
            create.Filters.Add(WatchCreateRequest.Types.FilterType.Noput);
        if (watch.NoDelete)
            create.Filters.Add(WatchCreateRequest.Types.FilterType.Nodelete);
        return await WatchStream.OpenAsync(connection, create, metadata, timeProvider, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Returns what the response means to the consumer, if anything.
    /// <exception cref="RpcException">The server cancelled the watch for another reason than compaction.</exception>
    /// </summary>
    private WatchBatch? Take(WatchResponse response)
    {
        if (response.Canceled)
            return TakeCancellation(response);
        var revision = EtcdMessages.Revision(response.Header);
        if (response.Created)
        {
            reauthenticated = false;
            stream?.Confirmed();
            if (next != 0)
                return null;
            next = revision + 1;
            return new WatchBatch(revision, []);
        }
        if (response.Events.Count == 0 && !response.Fragment && fragments.Count == 0)
            return response.WatchId < 0 ? null : TakeProgress(revision);
        fragments.AddRange(response.Events);
        return response.Fragment ? null : TakeEvents();
    }

    private WatchBatch? TakeProgress(long revision)
    {
        next = Math.Max(next, revision + 1);
        return watch.ProgressNotify ? new WatchBatch(next - 1, []) : null;
    }

    private WatchBatch? TakeEvents()
    {
        var events = fragments.Where(change => change.Kv.ModRevision >= next).Select(EtcdMessages.ToEvent).ToList();
        fragments.Clear();
        if (events.Count == 0)
            return null;
        next = events[^1].Kv.ModRevision + 1;
        return new WatchBatch(next - 1, events);
    }

    private WatchBatch TakeCancellation(WatchResponse response)
    {
        if (response.CompactRevision > 0)
        {
            logger.WatchCompacted(range.Description, next, response.CompactRevision);
            return WatchBatch.Compacted(response.CompactRevision);
        }
        var refused = response.CancelReason.Contains("permission denied", StringComparison.Ordinal)
            || response.CancelReason.Contains("invalid auth token", StringComparison.Ordinal);
        var code = refused ? RpcStatusCode.PermissionDenied : RpcStatusCode.Unavailable;
        throw new RpcException(code, $"the server cancelled the watch: {response.CancelReason}");
    }

    private async ValueTask RecoverAsync(
        EtcdConnection connection, RpcException failure, CancellationToken cancellationToken)
    {
        var (metadata, lived) = (stream?.Metadata, stream?.TimeSinceConfirmation);
        await CloseAsync().ConfigureAwait(false);

        // Old etcds answer a watch with an expired token and one without permission with the same words.
        var denied = failure.Code is RpcStatusCode.PermissionDenied || RetryRules.NeedsToken(failure);
        if (denied && tokens.Enabled && !reauthenticated)
        {
            reauthenticated = true;
            tokens.Refused(metadata ?? RpcMetadata.Empty);
            return;
        }
        if (denied || RetryRules.Judge(failure) == RetryVerdict.Refused)
        {
            var log = new AttemptLog($"Watch {range}");
            log.Add(connection.Target, failure);
            throw log.Failed(outcomeUnknown: false);
        }

        logger.WatchLost(range.Description, connection.Target, next, failure.Message);
        pool.MoveOn(connection);
        failures = lived > options.BackoffMax ? 1 : failures + 1;
        if (failures % pool.Count != 0)
            return;
        var pause = RetryBackoff.Pause(
            failures / pool.Count, options.BackoffBase, options.BackoffMax, options.Dice.NextDouble());
        await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask CloseAsync()
    {
        if (stream is null)
            return;
        await stream.DisposeAsync().ConfigureAwait(false);
        stream = null;
    }
}
