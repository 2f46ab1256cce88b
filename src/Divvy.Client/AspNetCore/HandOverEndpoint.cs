using System.Buffers;
using System.Globalization;
using Divvy.Client.Hosting;
using Divvy.Client.Http;
using Divvy.Core.Identity;
using Microsoft.AspNetCore.Http;

namespace Divvy.Client.AspNetCore;

/// <summary>Takes the state of a shard from its present owner: <c>POST /_divvy/handover/{namespace}/{shard}</c> with
/// the yielding revision and the session it is meant for; answers 204.</summary>
internal sealed class HandOverEndpoint(ShardHost host)
{
    /// <summary>How much of a state is read at a time.</summary>
    private const int ChunkBytes = 81_920;

    public async Task TakeAsync(HttpContext context, string? path)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method)
            || !HandOverPath.TryParse(path, out var space, out var shard) || space != host.Namespace
            || !TryRead(request.Headers, out var yielding, out var session))
        {
            await ShardProblems.InvalidAsync(context, host, "This is not a hand-over for this instance.")
                .ConfigureAwait(false);
            return;
        }
        if (await ReadAsync(request, context.RequestAborted).ConfigureAwait(false) is not { } state)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }
        if (host.Receive(shard, session, yielding, new HandOver(state)) is { } refusal)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            await context.Response.WriteAsync(refusal, context.RequestAborted).ConfigureAwait(false);
            return;
        }
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static bool TryRead(IHeaderDictionary headers, out Revision yielding, out SessionId session)
    {
        var valid = long.TryParse(
            headers[ShardHeaders.Revision].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture,
            out var revision);
        valid &= long.TryParse(
            headers[ShardHeaders.Session].FirstOrDefault(), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out var lease);
        (yielding, session) = (new Revision(revision), new SessionId(lease));
        return valid;
    }

    /// <summary>Null: it is larger than this host takes.</summary>
    private async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var limit = host.Options.MaxHandOverBytes;
        if (request.ContentLength > limit)
            return null;
        using var state = new MemoryStream((int)(request.ContentLength ?? 0));
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            while (await request.Body.ReadAsync(chunk, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                if (state.Length + count > limit)
                    return null;
                state.Write(chunk, 0, count);
            }
            return state.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
