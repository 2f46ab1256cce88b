using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Divvy.Client.Http;
using Divvy.Core.Identity;

namespace Divvy.Client.Hosting;

/// <summary>Sends a shard's state to its next owner.</summary>
internal sealed class HandOverSender(ShardHostOptions options, HttpMessageInvoker peers, TimeProvider time)
{
    /// <summary>Null: the next owner has it. Otherwise why not; the move goes on without it.</summary>
    public async ValueTask<string?> SendAsync(
        ShardId shard, Revision yielding, SessionRef next, string address, HandOver handOver)
    {
        if (handOver.State.Length > options.MaxHandOverBytes)
            return $"it has {handOver.State.Length} bytes and MaxHandOverBytes is {options.MaxHandOverBytes}";
        try
        {
            using var late = new CancellationTokenSource(options.HandOverTimeout, time);
            using var request = Request(shard, yielding, next, address, handOver);
            using var response = await peers.SendAsync(request, late.Token).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.NoContent
                ? null
                : $"it answered {(int)response.StatusCode} {response.ReasonPhrase}";
        }
        catch (Exception failure) when (failure is HttpRequestException or UriFormatException)
        {
            return failure.Message;
        }
        catch (OperationCanceledException)
        {
            return $"no answer within {options.HandOverTimeout.TotalSeconds:0.#} s";
        }
    }

    private HttpRequestMessage Request(
        ShardId shard, Revision yielding, SessionRef next, string address, HandOver handOver)
    {
        var content = new ReadOnlyMemoryContent(handOver.State);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var request = new HttpRequestMessage(HttpMethod.Post, HandOverPath.For(address, options.Namespace, shard))
        {
            Content = content,
        };
        request.Headers.Add(ShardHeaders.Revision, yielding.Value.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(ShardHeaders.Session, next.Session.ToString());
        return request;
    }
}
