using System.Globalization;
using System.Net;
using Divvy.Client.Hosting;
using Divvy.Client.Http;
using Divvy.Core.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Client.AspNetCore;

/// <summary>Sends a request on to the shard's next owner, once, and its answer back. Bodies are streamed both
/// ways.</summary>
/// <remarks>A forwarded request is not inside the shard here: the yield does not wait for it, because the next owner
/// lets it wait for the yield (R13, C11).</remarks>
internal sealed class RequestForwarder(ShardHost host)
{
    public async Task ForwardAsync(HttpContext context, ShardRequestHeaders headers, ShardAdmission admission)
    {
        using var late = new CancellationTokenSource(host.Options.ForwardTimeout, host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        try
        {
            using var request = Request(context, headers, admission);
            using var response = await host.Peers.SendAsync(request, both.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.MisdirectedRequest && RevisionOf(response) < admission.Revision)
            {
                // The next owner lags behind: its answer would send the caller back here (C12).
                await ShardProblems.MisdirectedAsync(context, host, admission).ConfigureAwait(false);
                return;
            }
            await AnswerAsync(context, response, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away.
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            await FailAsync(context, admission, failure).ConfigureAwait(false);
        }
    }

    private static HttpRequestMessage Request(
        HttpContext context, ShardRequestHeaders headers, ShardAdmission admission)
    {
        var source = context.Request;
        var target = new Uri(
            $"{admission.OwnerAddress!.TrimEnd('/')}{source.PathBase.ToUriComponent()}{source.Path.ToUriComponent()}"
                + source.QueryString.ToUriComponent());
        var request = new HttpRequestMessage(new HttpMethod(source.Method), target);
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true)
            request.Content = new StreamContent(source.Body);
        var connection = source.Headers.Connection.ToString();
        foreach (var (name, values) in source.Headers)
        {
            if (name.StartsWith(':') || name.Equals("Host", StringComparison.OrdinalIgnoreCase)
                || HopByHopHeaders.Contains(name, connection))
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }
        // The next owner waits until it knows as much as whoever sent the request here (R16).
        var revision = headers.Revision > admission.Revision ? headers.Revision : admission.Revision;
        Set(request, ShardHeaders.Forwarded, "1");
        Set(request, ShardHeaders.Shard, admission.Shard.Value);
        Set(request, ShardHeaders.Revision, revision.Value.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    private static async Task AnswerAsync(
        HttpContext context, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        var connection = response.Headers.Connection.ToString();
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (!HopByHopHeaders.Contains(name, connection))
                context.Response.Headers[name] = values.ToArray();
        }
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await body.CopyToAsync(context.Response.Body, cancellationToken).ConfigureAwait(false);
    }

    private async Task FailAsync(HttpContext context, ShardAdmission admission, Exception failure)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        var wasSent = failure is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
        if (!wasSent)
            host.ForwardingFailed(admission.Shard);
        context.Response.Clear();
        await ShardProblems.UnavailableAsync(
            context, host,
            $"Shard {admission.Shard} moves to {admission.OwnerAddress}, which cannot be reached from instance"
                + $" {host.InstanceId}.",
            wasExecuted: wasSent).ConfigureAwait(false);
    }

    private static Revision RevisionOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(ShardHeaders.Revision, out var values)
        && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? new Revision(revision)
            : Revision.None;

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }
}
