using System.Diagnostics;
using Divvy.Core.Hosting;
using Microsoft.Extensions.Logging;

namespace Divvy.Client.Hosting;

/// <summary>Turns a call of the machine into a call of the application's handler, with the hand-over around it (R14).
/// </summary>
internal sealed class HandlerRunner(
    ShardHostOptions options,
    IShardHandler handler,
    HandOverInbox inbox,
    HandOverSender sender,
    TimeProvider time,
    ILogger logger)
{
    private const int MaxErrorLength = 500;

    /// <summary>Never throws: what the handler throws is its result.</summary>
    public async Task<HandlerResult> RunAsync(
        HandlerCall call, CancellationToken ownershipEnded, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        HandlerResult result;
        try
        {
            result = await InvokeAsync(call, ContextOf(call, ownershipEnded), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Whatever the application throws: the machine decides whether to try again.
            logger.HandlerFailed(failure, call.Kind.ToString(), call.Shard, call.Attempt);
            result = HandlerResult.Failure(Describe(failure));
        }
        ClientMetrics.HandlerDuration.Record(
            time.GetElapsedTime(start).TotalSeconds,
            new("namespace", options.Namespace),
            new("operation", call.Kind.ToString()),
            new("outcome", result.Succeeded ? "ok" : "failed"));
        return result;
    }

    private async ValueTask<HandlerResult> InvokeAsync(
        HandlerCall call, ShardContext context, CancellationToken cancellationToken)
    {
        switch (call.Kind)
        {
            case HandlerKind.PrepareAdd:
                await handler.PrepareAddAsync(context, cancellationToken).ConfigureAwait(false);
                return HandlerResult.Success;
            case HandlerKind.Add:
                // Kept until the call succeeded, so that a repeated one gets it, too.
                var state = inbox.Find(call.Shard, call.HandedOverAt);
                await handler.AddAsync(context, state, cancellationToken).ConfigureAwait(false);
                inbox.Discard(call.Shard);
                return HandlerResult.Success;
            case HandlerKind.PrepareDrop:
                var handOver = await handler.PrepareDropAsync(context, cancellationToken).ConfigureAwait(false);
                return await SendAsync(call, handOver).ConfigureAwait(false);
            case HandlerKind.Drop:
                inbox.Discard(call.Shard);
                await handler.DropAsync(context, cancellationToken).ConfigureAwait(false);
                return HandlerResult.Success;
            default:
                throw new UnreachableException($"no handler method for {call.Kind}");
        }
    }

    private async ValueTask<HandlerResult> SendAsync(HandlerCall call, HandOver? handOver)
    {
        if (handOver is null || call.Next is not { } next || call.NextAddress is not { Length: > 0 } address)
            return HandlerResult.Success;
        var reason = await sender.SendAsync(call.Shard, call.Revision, next, address, handOver).ConfigureAwait(false);
        ClientMetrics.HandOvers.Add(
            1, new("namespace", options.Namespace), new("outcome", reason is null ? "ok" : "failed"));
        if (reason is null)
            return HandlerResult.SuccessWithHandOver;
        logger.HandOverFailed(call.Shard, address, reason);
        return HandlerResult.Success;
    }

    private ShardContext ContextOf(HandlerCall call, CancellationToken ownershipEnded) => new()
    {
        Namespace = options.Namespace,
        Shard = call.Shard,
        Range = call.Range,
        Generation = call.Generation,
        Attempt = call.Attempt,
        Reason = call.Reason,
        OwnershipEnded = ownershipEnded,
    };

    private static string Describe(Exception failure)
    {
        var text = $"{failure.GetType().Name}: {failure.Message}";
        return text.Length <= MaxErrorLength ? text : text[..MaxErrorLength];
    }
}
