using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Simulation.Network;

/// <summary>What serves HTTP in a process: ASP.NET's pipeline, without a server under it. A response leaves when the
/// pipeline has returned, and those who asked for it are told afterwards, as Kestrel does with small
/// responses.</summary>
/// <param name="pipeline">What answers.</param>
internal sealed class SimHttpServer(RequestDelegate pipeline)
{
    /// <summary>Answers a request. Null: it was aborted. The second value is to be called when the response has
    /// left.</summary>
    public async Task<(SimHttpResponse? Response, Func<Task> Completed)> HandleAsync(
        SimHttpRequest request, CancellationToken gone)
    {
        var head = new SimHttpResponseFeature();
        var lifetime = new SimHttpLifetimeFeature(gone);
        using var body = new MemoryStream();
        var context = new DefaultHttpContext(Features(request, head, lifetime, body))
        {
            RequestServices = NoServices.Instance,
        };
        try
        {
            await pipeline(context).ConfigureAwait(false);
            await context.Response.CompleteAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            lifetime.Abort();
        }

        return (lifetime.IsAborted ? null : Response(head, body), head.CompleteAsync);
    }

    private static FeatureCollection Features(
        SimHttpRequest request, SimHttpResponseFeature head, SimHttpLifetimeFeature lifetime, MemoryStream body)
    {
        var asked = new HttpRequestFeature
        {
            Method = request.Method,
            Scheme = "http",
            Protocol = "HTTP/1.1",
            Path = Uri.UnescapeDataString(request.Path),
            QueryString = request.Query,
            Body = new MemoryStream(request.Body, writable: false),
        };
        foreach (var (name, values) in request.Headers)
            asked.Headers[name] = values;
        asked.Headers.ContentLength = request.Body.Length > 0 ? request.Body.Length : null;
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(asked);
        features.Set<IHttpResponseFeature>(head);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        features.Set<IHttpRequestLifetimeFeature>(lifetime);
        features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(request.Body.Length > 0));
        return features;
    }

    private static SimHttpResponse Response(SimHttpResponseFeature head, MemoryStream body)
    {
        var headers = new List<(string, string[])>(head.Headers.Count);
        foreach (var (name, values) in head.Headers)
            headers.Add((name, [.. values.Select(value => value ?? "")]));
        return new SimHttpResponse(head.StatusCode, headers, body.ToArray());
    }

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
