using System.Net;
using System.Net.Sockets;
using System.Text;
using Divvy.TestKit.Etcd;

namespace Divvy.Store.Tests.Front;

/// <summary>The same requests, in the same order, to a fresh etcd and a fresh store: every status, type and body is the
/// same but for ids.</summary>
public sealed class GatewayDifferentialTests
{
    private static readonly string large = Convert.ToBase64String(new byte[1600 * 1024]);

    private static readonly (string Path, string Body)[] data =
    [
        ("kv/put", """{"key":"Zm9v","value":"YmFy"}"""),
        ("kv/put", """{"key":"Zm9v","value":"YmF6","prev_kv":true}"""),
        ("kv/put", """{"key":"Zm8=","value":"AP/+","prevKv":true}"""),
        ("kv/put", """{"key":"Zm9v","lease":"999"}"""),
        ("kv/put", """{"key":"Zm9v","ignore_value":true,"value":"YQ=="}"""),
        ("kv/put", $$"""{"key":"Zm9v","value":"{{large}}"}"""),
        ("kv/range", """{"key":"Zm9v"}"""),
        ("kv/range", """{"key":"Zm8=","range_end":"Zm9w","sort_order":"DESCEND","sort_target":"KEY"}"""),
        ("kv/range", """{"key":"Zm8=","rangeEnd":"Zm9w","sortOrder":2,"limit":1}"""),
        ("kv/range", """{"key":"Zm8=","range_end":"Zm9w","count_only":true}"""),
        ("kv/range", """{"key":"Zm9v","keys_only":true}"""),
        ("kv/range", """{"key":"Zm9v","revision":2}"""),
        ("kv/range", """{"key":"Zm9v","revision":"1000"}"""),
        ("kv/range", """{"key":"bm9uZQ=="}"""),
        ("kv/range", """{"key":"Zm9v","limit":-1}"""),
        ("kv/range", """{"key":"Zm9v","nobody":{"knows":["this"]}}"""),
        ("kv/range", """{"Key":"Zm9v"}"""),
        ("kv/range", """{"key":[102,111,111]}"""),
        ("kv/range", "{}"),
        ("kv/range", ""),
        ("kv/range", "null"),
        ("kv/txn", """
            {"compare":[{"key":"Zm9v","target":"VERSION","result":"EQUAL","version":"2"}],
             "success":[{"requestPut":{"key":"Zm9v","value":"eA=="}},{"request_range":{"key":"Zm9v"}},
                        {"request_delete_range":{"key":"Zm8=","prev_kv":true}}]}
            """),
        ("kv/txn", """
            {"compare":[{"key":"Zm9v","target":"VALUE","value":"bm8="}],
             "failure":[{"requestTxn":{"success":[{"requestRange":{"key":"Zm9v"}}]}}]}
            """),
        ("kv/txn", """{"success":[{}]}"""),
        ("kv/txn", """{"success":[{"request_put":{"key":"Zg=="}},{"request_put":{"key":"Zg=="}}]}"""),
        ("kv/txn", "{}"),
        ("kv/deleterange", """{"key":"Zm9v","prev_kv":true}"""),
        ("kv/deleterange", """{"key":"Zm9v"}"""),
        ("kv/compaction", """{"revision":"3"}"""),
        ("kv/compaction", """{"revision":"3"}"""),
        ("kv/compaction", """{"revision":"3000","physical":true}"""),
        ("lease/grant", """{"TTL":"1000","ID":"77"}"""),
        ("lease/grant", """{"TTL":1000,"ID":77}"""),
        ("lease/grant", """{"TTL":"9000000001"}"""),
        ("kv/put", """{"key":"bGVhc2U=","lease":"77"}"""),
        ("lease/leases", "{}"),
        ("kv/lease/leases", ""),
        ("lease/keepalive", """{"ID":"77"}"""),
        ("lease/keepalive", """{"ID":"77"}{"ID":"78"}"""),
        ("lease/keepalive", ""),
        ("lease/timetolive", """{"ID":"78"}"""),
        ("kv/lease/revoke", """{"ID":"77"}"""),
        ("lease/revoke", """{"ID":"77"}"""),
        ("auth/authenticate", """{"name":"a","password":"b"}"""),
        ("lock/unlock", """{"key":"bm9uZQ=="}"""),
        ("election/leader", """{"name":"bm9uZQ=="}"""),
        ("election/proclaim", "{}"),
        ("election/resign", "{}"),
        ("lease/grant", """{"TTL":"1000","ID":"81"}"""),
        ("lease/grant", """{"TTL":"1000","ID":"82"}"""),
        ("lock/lock", """{"name":"bG9jaw==","lease":"81"}"""),
        ("lock/lock", """{"name":"bG9jaw==","lease":"81"}"""),
        ("lock/lock", """{"name":"bG9jaw==","lease":"999"}"""),
        ("election/campaign", """{"name":"ZWxlY3Q=","lease":"81","value":"dg=="}"""),
        ("election/campaign", """{"name":"ZWxlY3Q=","lease":"81","value":"dw=="}"""),
        ("election/leader", """{"name":"ZWxlY3Q="}"""),
        ("election/proclaim", """{"leader":{"name":"ZWxlY3Q=","key":"eA==","rev":"1","lease":"81"},"value":"eA=="}"""),
        ("election/resign", """{"leader":{"name":"ZWxlY3Q=","key":"eA==","rev":"1","lease":"81"}}"""),
    ];

    private static readonly (string Path, string Body)[] wrong =
    [
        ("kv/range", """{"key":"Zm9"}"""),
        ("kv/range", """{"key":"Zm9_-"}"""),
        ("kv/range", """{"key":"!!"}"""),
        ("kv/range", """{"key":"Zm 9v"}"""),
        ("kv/range", """{"key":"Zm9v=="}"""),
        ("kv/range", """{"key":"Zm9vZg=a"}"""),
        ("kv/range", """{"key":"Zm9vZg="}"""),
        ("kv/range", """{"key":"Zm9vZg==Zg=="}"""),
        ("kv/range", """{"key":"Z==="}"""),
        ("kv/range", """{"key":"Zg"}"""),
        ("kv/range", """{"key":"Zm9v\nZg=="}"""),
        ("kv/range", """{"key":5}"""),
        ("kv/range", """{"key":["Zg=="]}"""),
        ("kv/range", """{"key":"Zm9v","limit":true}"""),
        ("kv/range", """{"key":"Zm9v","limit":{}}"""),
        ("kv/range", """{"key":"Zm9v","limit":1.5}"""),
        ("kv/range", """{"key":"Zm9v","limit":"x"}"""),
        ("kv/range", """{"key":"Zm9v","limit":"1x"}"""),
        ("kv/range", """{"key":"Zm9v","limit":""}"""),
        ("kv/range", """{"key":"Zm9v","limit":"null"}"""),
        ("kv/range", """{"key":"Zm9v","limit":99999999999999999999}"""),
        ("kv/range", """{"key":"Zm9v","sort_order":"ascend"}"""),
        ("kv/range", """{"key":"Zm9v","sort_order":true}"""),
        ("kv/range", """{"key":"Zm9v","serializable":"yes"}"""),
        ("kv/range", """{"key":"Zm9v","serializable":1}"""),
        ("kv/txn", """{"compare":{"key":"Zm9v"}}"""),
        ("kv/txn", """{"compare":["x"]}"""),
        ("kv/txn", """{"success":[{"request_put":"x"}]}"""),
        ("kv/range", """{"key":[102,"111"]}"""),
        ("kv/range", """{"key":[102,256]}"""),
        ("kv/range", """{"key":tru"""),
        ("kv/range", """{"key":1"""),
        ("kv/range", "tru"),
        ("kv/range", "-"),
        ("kv/range", "["),
        ("kv/range", "[1]"),
        ("kv/range", "\"x\""),
        ("kv/range", "5"),
        ("kv/range", "{"),
        ("kv/range", "{\"key"),
        ("kv/range", "{\"key\":"),
        ("kv/range", "x"),
        ("kv/range", "{'key':1}"),
        ("kv/range", """{"key":"Zm9v",}"""),
        ("kv/range", """{"key":"Zm9v" "value":1}"""),
        ("kv/range", """{"key" "Zm9v"}"""),
        ("kv/range", """{"key":tru}"""),
        ("kv/range", """{"key":-x}"""),
        ("kv/range", """{"key":1.x}"""),
        ("kv/range", """{"key":1ex}"""),
        ("kv/range", """{"key":01}"""),
        ("kv/range", """{"key":[1 2]}"""),
        ("kv/range", """{"key":"\x"}"""),
        ("kv/range", """{"key":"\u00x0"}"""),
        ("kv/range", "{\"key\":\"a\u0001\"}"),
        ("kv/range", "{\"key\":\"a\nb\"}"),
        ("watch", "{bad"),
        ("watch", """{"create_request":5}"""),
        ("lease/keepalive", "["),
        ("election/observe", """{"name":"bG9"}"""),
        ("kv/nope", "{}"),
        ("kv/range/", "{}"),
        ("", "{}"),
    ];

    [EtcdFact]
    public async Task Requests_OnAFreshServer_AreAnsweredAsByEtcd() => await CompareAsync(data);

    [EtcdFact]
    public async Task WrongRequests_AreRefusedAsByEtcd() => await CompareAsync(wrong);

    [EtcdFact]
    public async Task OtherMethods_AreRefusedAsByEtcd() => await WithBothAsync(async (etcd, store) =>
    {
        foreach (var path in new[] { "/v3/kv/range", "/v3beta/kv/range", "/v3/watch", "/v3/nope", "/v3/", "/version" })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Options })
            {
                var right = await HttpAnswer.SendAsync(etcd, new HttpRequestMessage(method, path));
                var actual = await HttpAnswer.SendAsync(store, new HttpRequestMessage(method, path));
                actual.ShouldBe(right, $"{method} {path}");
            }
        }
    });

    [EtcdFact]
    public async Task OldPrefix_IsTheSameApi() => await WithBothAsync(async (etcd, store) =>
    {
        var right = await HttpAnswer.PostAsync(etcd, "/v3beta/kv/put", """{"key":"Zm9v"}""");
        var actual = await HttpAnswer.PostAsync(store, "/v3beta/kv/put", """{"key":"Zm9v"}""");
        actual.ShouldBe(right);
    });

    [EtcdFact]
    public async Task Watch_PutsWhileOpen_StreamsALineEach() => await WithBothAsync(async (etcd, store) =>
        (await WatchAsync(store)).ShouldBe(await WatchAsync(etcd)));

    [Fact]
    public async Task WrongRequest_Refused_KeepsTheConnection()
    {
        await using var host = await StoreHost.StartAsync();
        var connections = 0;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                connections++;
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { BaseAddress = host.Address };

        for (var count = 0; count < 20; count++)
        {
            var answer = await HttpAnswer.PostAsync(client, "/v3/kv/range", """{"key":"!"}""");
            answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        }

        connections.ShouldBe(1);
    }

    private static async Task<string> WatchAsync(HttpClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v3/watch")
        {
            Content = new StringContent(
                """{"create_request":{"key":"dw==","prev_kv":true}} {"create_request":{"key":"dw==","watch_id":"5"}}"""),
        };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        var lines = new StringBuilder();
        await AppendAsync(2);
        await HttpAnswer.PostAsync(client, "/v3/kv/put", """{"key":"dw==","value":"MQ=="}""");
        await AppendAsync(2);
        await HttpAnswer.PostAsync(client, "/v3/kv/deleterange", """{"key":"dw=="}""");
        await AppendAsync(2);
        return lines.ToString();

        async Task AppendAsync(int count)
        {
            // Watches of one revision have no order among them.
            var batch = new List<string>();
            while (batch.Count < count)
            {
                var line = await reader.ReadLineAsync(limit.Token)
                    ?? throw new InvalidOperationException($"the stream ended after: {lines}");
                var from = line.IndexOf("\"raft_term\"", StringComparison.Ordinal);
                batch.Add(line[line.IndexOf('}', from)..]);
            }
            foreach (var line in batch.Order(StringComparer.Ordinal))
                lines.AppendLine(line);
        }
    }

    private static async Task CompareAsync((string Path, string Body)[] requests) =>
        await WithBothAsync(async (etcd, store) =>
        {
            var differences = new List<string>();
            foreach (var (path, body) in requests)
            {
                var right = await HttpAnswer.PostAsync(etcd, $"/v3/{path}", body);
                var actual = await HttpAnswer.PostAsync(store, $"/v3/{path}", body);
                if (actual != right)
                    differences.Add($"{path} {body[..Math.Min(body.Length, 200)]}\n  {right}\n  {actual}");
            }
            differences.ShouldBeEmpty(string.Join("\n", differences));
        });

    private static async Task WithBothAsync(Func<HttpClient, HttpClient, Task> compare)
    {
        await using var process = await EtcdProcess.StartNewAsync();
        await using var host = await StoreHost.StartAsync();
        using var etcd = new HttpClient { BaseAddress = new Uri(process.Endpoint) };
        using var store = new HttpClient { BaseAddress = host.Address };
        await compare(etcd, store);
    }
}
