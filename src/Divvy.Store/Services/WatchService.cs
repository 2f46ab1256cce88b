using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Auth;
using Divvy.Store.Failpoints;
using Divvy.Store.Replication;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.Watch. Each call has a loop that reads requests and one that sends what the hub has ready;
/// when either ends, so does the call. A client that does not read stops its own sending loop and nothing
/// else.</summary>
internal sealed class WatchService(
    StoreNode node,
    CallerResolver callers,
    HeaderFactory headers,
    EmbeddedStoreOptions options,
    CancellationToken stopping)
{
    /// <summary>Messages taken from the hub at a time.</summary>
    private const int SendBatch = 64;

    /// <summary>What etcd adds to the largest request to get the largest message that it fragments at.</summary>
    private const int MessageOverheadBytes = 512 * 1024;

    private readonly Failpoint beforeSend = options.Instruments.Points.BeforeWatchSend;

    public void MapTo(GatedServices services) => services.Duplex(EtcdMethods.Watch, WatchAsync);

    private async ValueTask WatchAsync(
        IRpcReader<WatchRequest> requests, IRpcWriter<WatchResponse> responses, RpcServerContext context)
    {
        using var session = node.OpenWatch();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        var reading = ReadAsync(session, requests, context, linked.Token);
        var sending = SendAsync(session, responses, linked.Token);
        await Task.WhenAny(reading, sending).ConfigureAwait(false);
        await linked.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(reading, sending).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw EtcdErrors.Stopped();
        }
    }

    private async Task ReadAsync(
        WatchSession session,
        IRpcReader<WatchRequest> requests,
        RpcServerContext context,
        CancellationToken cancellationToken)
    {
        while (await requests.ReadAsync(cancellationToken).ConfigureAwait(false) is { } request)
        {
            while (!session.Stream.AcceptsRequests)
                await session.Room.WaitAsync(cancellationToken).ConfigureAwait(false);
            await HandleAsync(session, request, context).ConfigureAwait(false);
        }
        // A client that half-closes has said all it wants to say, and goes on listening.
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask HandleAsync(WatchSession session, WatchRequest request, RpcServerContext context)
    {
        switch (request.RequestUnionCase)
        {
            case WatchRequest.RequestUnionOneofCase.CreateRequest:
                await CreateAsync(session, request.CreateRequest.ToSpec(), context).ConfigureAwait(false);
                break;
            case WatchRequest.RequestUnionOneofCase.CancelRequest:
                node.OnStream(session, request.CancelRequest.WatchId, static (stream, id) => stream.Cancel(id));
                break;
            case WatchRequest.RequestUnionOneofCase.ProgressRequest:
                node.OnStream(session, 0, static (stream, _) => stream.RequestProgress());
                break;
            default:
                // etcd passes over a request without a content.
                break;
        }
    }

    /// <summary>Rights are looked at when a watch is created and not again, as in etcd.</summary>
    private async ValueTask CreateAsync(WatchSession session, WatchSpec spec, RpcServerContext context)
    {
        var refusal = await CheckAsync(spec, context).ConfigureAwait(false);
        if (refusal == WatchRefusal.None)
            node.OnStream(session, spec, static (stream, wanted) => stream.Create(wanted));
        else
            node.OnStream(session, refusal, static (stream, reason) => stream.Refuse(reason));
    }

    private async ValueTask<WatchRefusal> CheckAsync(WatchSpec spec, RpcServerContext context)
    {
        try
        {
            var outcome = await callers.AskAsync(
                static (rights, caller, keys) => rights.AuthorizeRead(caller, keys),
                spec.Keys,
                context).ConfigureAwait(false);
            return outcome switch
            {
                AuthOutcome.Ok => WatchRefusal.None,
                AuthOutcome.UserNameEmpty => WatchRefusal.UserNameEmpty,
                AuthOutcome.OldRevision => WatchRefusal.OldAuthRevision,
                _ => WatchRefusal.PermissionDenied,
            };
        }
        catch (RpcException unknown) when (unknown.Code == RpcStatusCode.Unauthenticated)
        {
            return WatchRefusal.InvalidToken;
        }
    }

    private async Task SendAsync(
        WatchSession session, IRpcWriter<WatchResponse> responses, CancellationToken cancellationToken)
    {
        var messages = new List<WatchMessage>(SendBatch);
        var answers = new List<WatchResponse>(SendBatch);
        while (true)
        {
            await session.Signal.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (session.IsAbandoned)
                throw ReplicaErrors.StateReplaced();
            bool more;
            do
            {
                messages.Clear();
                answers.Clear();
                more = node.Take(session, messages, SendBatch);
                session.Room.Set();
                foreach (var message in messages)
                    AddAnswer(message, answers);
                await responses.WriteAsync(answers, cancellationToken).ConfigureAwait(false);
            }
            while (more);
        }
    }

    private void AddAnswer(WatchMessage message, List<WatchResponse> answers)
    {
        var response = message.ToResponse(headers.At(message.Revision));
        if (response.Events.Count > 0)
            options.Metrics.Watches.Sent(response.Events.Count);
        beforeSend.Hit();
        if (message is WatchEvents { Fragment: true })
            answers.AddRange(WatchFragments.Cut(response, options.MaxRequestBytes + MessageOverheadBytes));
        else
            answers.Add(response);
    }
}
