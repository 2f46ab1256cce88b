using System.Globalization;
using Divvy.Client.Hosting;
using Divvy.Client.Http;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Client.AspNetCore;

/// <summary>The door of an instance for HTTP requests to shards: runs them, lets them wait, sends them on, or says
/// where they belong.</summary>
/// <remarks>
/// A request that runs keeps its shard here until its answer has left (R13): the stay ends when the server has
/// completed the response, not when the endpoint returned. Its answer passes through <see cref="GatedResponseBody"/>,
/// which holds it back when the shard was lost meanwhile (R19). Nothing here reads the body of a request, so that it
/// can be sent on.
/// </remarks>
internal sealed class ShardHostMiddleware
{
    private readonly RequestDelegate next;
    private readonly ShardHost host;
    private readonly ShardMiddlewareOptions options;
    private readonly HandOverEndpoint handOvers;
    private readonly RequestForwarder forwarder;

    public ShardHostMiddleware(
        RequestDelegate next, ShardHost host, ShardMiddlewareOptions options, HandOverEndpoint handOvers)
    {
        this.next = next;
        this.host = host;
        this.options = options;
        this.handOvers = handOvers;
        forwarder = new RequestForwarder(host);
    }

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments(HandOverPath.Prefix, StringComparison.Ordinal, out var rest))
        {
            await handOvers.TakeAsync(context, rest.Value).ConfigureAwait(false);
            return;
        }
        if (!ShardRequestHeaders.TryRead(context.Request.Headers, out var headers, out var error))
        {
            await ShardProblems.InvalidAsync(context, host, error).ConfigureAwait(false);
            return;
        }
        var key = headers.Shard is null ? options.KeySelector(context) : null;
        if (headers.Shard is null && key is null)
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        if (headers.Namespace is { } space && space != host.Namespace)
        {
            await ShardProblems.UnknownAsync(
                context, host, $"Instance {host.InstanceId} serves namespace {host.Namespace}, not {space}.")
                .ConfigureAwait(false);
            return;
        }
        if ((headers.Shard ?? host.FindShard(KeyHash.Of(key))) is not { } shard)
        {
            var why = host.IsListed
                ? $"Namespace {host.Namespace} lists its shards by name, so no key leads to one: name the shard in the"
                    + $" header {ShardHeaders.Shard}."
                : $"Instance {host.InstanceId} knows no shard for key '{key}'.";
            await ShardProblems.UnknownAsync(context, host, why).ConfigureAwait(false);
            return;
        }
        await HandleAsync(context, headers, shard).ConfigureAwait(false);
    }

    private async Task HandleAsync(HttpContext context, ShardRequestHeaders headers, ShardId shard)
    {
        var request = new ShardRequest(
            shard, headers.Generation, headers.Revision, headers.Forwarded,
            ShardScope.Contains(headers.Within, host.Namespace, shard, host.Session));
        ShardAdmission admission;
        try
        {
            admission = await host.EnterAsync(request, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away while waiting.
            return;
        }
        switch (admission.Kind)
        {
            case AdmitKind.Serve:
                await ServeAsync(context, headers, admission).ConfigureAwait(false);
                break;
            case AdmitKind.Forward:
                await forwarder.ForwardAsync(context, headers, admission).ConfigureAwait(false);
                break;
            case AdmitKind.Misdirected:
                await ShardProblems.MisdirectedAsync(context, host, admission).ConfigureAwait(false);
                break;
            default:
                await ShardProblems.UnavailableAsync(
                    context, host, ShardProblems.Describe(admission, host), wasExecuted: false).ConfigureAwait(false);
                break;
        }
    }

    private async Task ServeAsync(HttpContext context, ShardRequestHeaders headers, ShardAdmission admission)
    {
        context.Response.RegisterForDispose(admission);
        Stamp(context.Response.Headers, admission);
        context.Features.Set<IShardFeature>(new ShardFeature(admission));
        ShardScope.Enter(headers.Within, host.Namespace, admission.Shard, host.Session);
        var direct = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var gated = new GatedResponseBody(direct, admission);
        context.Features.Set<IHttpResponseBodyFeature>(gated);
        var isReleased = false;
        try
        {
            await next(context).ConfigureAwait(false);
            isReleased = await gated.TryFinishAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (OwnershipLostException)
        {
            // The gate has closed; what the request wrote is withheld below.
        }
        finally
        {
            context.Features.Set(direct);
        }
        if (!isReleased)
            await WithholdAsync(context, admission).ConfigureAwait(false);
    }

    private async Task WithholdAsync(HttpContext context, ShardAdmission admission)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.Clear();
        await ShardProblems.UnavailableAsync(
            context, host, $"Instance {host.InstanceId} lost shard {admission.Shard} while the request ran.",
            wasExecuted: true).ConfigureAwait(false);
    }

    private void Stamp(IHeaderDictionary headers, ShardAdmission admission)
    {
        headers[ShardHeaders.Shard] = admission.Shard.Value;
        headers[ShardHeaders.Generation] = admission.Generation.Value.ToString(CultureInfo.InvariantCulture);
        headers[ShardHeaders.Instance] = host.InstanceId.Value;
    }
}
