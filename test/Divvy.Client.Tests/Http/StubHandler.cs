using System.Net;

namespace Divvy.Client.Tests.Http;

/// <summary>Answers in place of the network, and notes what was asked.</summary>
internal sealed class StubHandler(Func<HttpRequestMessage, int, HttpResponseMessage> answer) : HttpMessageHandler
{
    private readonly List<(string Uri, string Body)> sent = [];

    public IReadOnlyList<(string Uri, string Body)> Sent => sent;

    public static HttpResponseMessage Answer(HttpStatusCode status, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(status);
        foreach (var (name, value) in headers)
            response.Headers.Add(name, value);
        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        sent.Add((request.RequestUri!.ToString(), body));
        return answer(request, sent.Count);
    }
}
