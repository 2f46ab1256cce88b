using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>Reads a stream with nothing but HTTP: one loop of GetRecords for each shard, as fast as the emulator
/// answers. It finds the next iterator and counts records in the answers' bytes; it takes no record out of them. What
/// a consumer can be compared with, and never reach.</summary>
internal sealed class BareLoop(Uri endpoint) : IDisposable
{
    /// <summary>The service's limit, and what the worker asks for at most.</summary>
    private const int Limit = 10_000;

    /// <summary>The emulator checks that a request is signed, not what the signature is.</summary>
    private const string Authorization =
        "Credential=emulator/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=none";

    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false });

    /// <summary>Reads all shards at once, each until it gave so many records. Returns the calls that gave some.
    /// </summary>
    public async Task<long> RunAsync(IReadOnlyList<string> shards, int perShard, CancellationToken cancellationToken)
    {
        var reads = await Task.WhenAll(shards.Select(shard => ReadAsync(shard, perShard, cancellationToken)));
        return reads.Sum();
    }

    public void Dispose() => http.Dispose();

    private async Task<long> ReadAsync(string shard, int perShard, CancellationToken cancellationToken)
    {
        var first = await CallAsync(
            "GetShardIterator",
            $$"""{"StreamName":"{{StreamSettings.Stream}}","ShardId":"{{shard}}","ShardIteratorType":"TRIM_HORIZON"}""",
            cancellationToken);
        var iterator = Text(first, "\"ShardIterator\":\""u8);
        long reads = 0;
        for (var records = 0; records < perShard; reads++)
        {
            var answer = await CallAsync(
                "GetRecords", $$"""{"ShardIterator":"{{iterator}}","Limit":{{Limit}}}""", cancellationToken);
            records += answer.AsSpan().Count("\"SequenceNumber\":"u8);
            iterator = Text(answer, "\"NextShardIterator\":\""u8);
        }
        return reads;
    }

    private async Task<byte[]> CallAsync(string operation, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", $"Kinesis_20131202.{operation}");
        request.Headers.TryAddWithoutValidation("X-Amz-Date", "20260101T000000Z");
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 {Authorization}");
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    private static string Text(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var from = json.IndexOf(name);
        if (from < 0)
            throw new JsonException($"the emulator's answer has no {Encoding.UTF8.GetString(name)}");
        var rest = json[(from + name.Length)..];
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)'"')]);
    }
}
