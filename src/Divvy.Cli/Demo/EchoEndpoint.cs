using System.Globalization;
using Divvy.Client.AspNetCore;
using Divvy.Client.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Divvy.Cli.Demo;

/// <summary>What a demo instance answers: who served the key, under which generation.</summary>
internal static class EchoEndpoint
{
    /// <summary>Answers like <c>/echo/{key}</c> and belongs to no shard.</summary>
    private const string WarmUpPath = "/warm-up";

    /// <summary>Requests under way at once while warming up.</summary>
    private const int WarmUpRequests = 16;

    public static void Map(WebApplication application, ShardHost host)
    {
        application.MapGet("/echo/{key}", context =>
        {
            var shard = context.GetShard();
            return WriteAsync(context, new EchoAnswer(
                host.InstanceId.Value,
                shard.Shard.Value,
                shard.Generation.Value,
                (string)context.Request.RouteValues["key"]!));
        });
        application.MapGet(
            WarmUpPath, context => WriteAsync(context, new EchoAnswer(host.InstanceId.Value, "", 0, "")));
    }

    /// <summary>Has the instance answer itself before it registers. The first requests of a process wait for the code
    /// of the whole pipeline to be compiled; they had better not be those of shards that just moved here.</summary>
    public static async Task WarmUpAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")),
        };
        // No shard is owned yet: those for a key are refused, but get as far as the host.
        foreach (var path in new[] { WarmUpPath, "/echo/warm-up", WarmUpPath, "/echo/warm-up" })
        {
            await Task.WhenAll(Enumerable.Range(0, WarmUpRequests).Select(async _ =>
            {
                using var response = await client.GetAsync(path, cancellationToken);
            }));
        }
    }

    private static Task WriteAsync(HttpContext context, EchoAnswer answer) =>
        context.Response.WriteAsJsonAsync(answer, EchoJson.Default.EchoAnswer);
}
