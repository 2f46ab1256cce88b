using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Divvy.Store.Tests.Front;

/// <summary>What a server answered over HTTP, as two servers can be compared by it: without the ids of cluster and
/// member, the term and the version.</summary>
public sealed partial record HttpAnswer(HttpStatusCode Status, string? ContentType, string Body)
{
    public static async Task<HttpAnswer> PostAsync(HttpClient client, string path, string body) =>
        await SendAsync(client, new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        });

    public static async Task<HttpAnswer> GetAsync(HttpClient client, string path) =>
        await SendAsync(client, new HttpRequestMessage(HttpMethod.Get, path));

    public static async Task<HttpAnswer> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        using var owned = request;
        using var response = await SendNamedAsync(client, request);
        var body = await response.Content.ReadAsStringAsync();
        return new HttpAnswer(
            response.StatusCode, response.Content.Headers.ContentType?.ToString(), Ids().Replace(body, "\"$1\":\"?\""));
    }

    private static async Task<HttpResponseMessage> SendNamedAsync(HttpClient client, HttpRequestMessage request)
    {
        try
        {
            return await client.SendAsync(request);
        }
        catch (HttpRequestException failure)
        {
            var body = request.Content is { } content ? await content.ReadAsStringAsync() : "";
            throw new HttpRequestException($"{request.Method} {request.RequestUri} with {body}: no answer", failure);
        }
    }

    [GeneratedRegex("\"(cluster_id|member_id|raft_term|etcdserver)\":\"[^\"]*\"")]
    private static partial Regex Ids();
}
