using System.Net;

namespace Divvy.Simulation.Distribution;

/// <summary>Under a router's handler: sees each attempt, and what became of it.</summary>
internal sealed class CallerTransport(string caller, RequestBook book, HttpMessageHandler network)
    : DelegatingHandler(network)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        book.Attempts(caller, request);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.MisdirectedRequest)
            book.SentAway(caller, request, response);
        return response;
    }
}
