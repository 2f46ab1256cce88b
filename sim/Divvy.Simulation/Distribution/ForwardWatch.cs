using Divvy.Client.Http;

namespace Divvy.Simulation.Distribution;

/// <summary>Under a host's client for other instances: sees each request that is sent on.</summary>
internal sealed class ForwardWatch(string instance, RequestBook book, HttpMessageHandler network)
    : DelegatingHandler(network)
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Contains(ShardHeaders.Forwarded))
            book.SentOn(instance, request);
        return base.SendAsync(request, cancellationToken);
    }
}
