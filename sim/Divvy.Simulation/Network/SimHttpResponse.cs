using System.Net;

namespace Divvy.Simulation.Network;

/// <summary>A response as it goes over the wire.</summary>
internal sealed record SimHttpResponse(
    int Status, IReadOnlyList<(string Name, string[] Values)> Headers, byte[] Body)
{
    public long Bytes => 200 + Body.Length;

    public HttpResponseMessage ToMessage(HttpRequestMessage request)
    {
        var message = new HttpResponseMessage((HttpStatusCode)Status)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(Body),
        };
        foreach (var (name, values) in Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, values))
                message.Content.Headers.TryAddWithoutValidation(name, values);
        }

        return message;
    }
}
