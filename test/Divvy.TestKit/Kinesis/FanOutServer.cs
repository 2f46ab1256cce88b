using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Divvy.Rpc.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Divvy.TestKit.Kinesis;

/// <summary>Enhanced fan-out as the service has it, which the emulators lack: registers consumers and pushes the
/// records of shards over HTTP/2 as <c>application/vnd.amazon.eventstream</c>. Thread-safe.</summary>
/// <remarks>As the service: a subscription begins with an <c>initial-response</c>; each event carries a continuation
/// sequence number; a closed shard's last event names the children and has no continuation; one consumer has one
/// subscription to a shard, a second is refused as ResourceInUse. The service ends a subscription after five minutes:
/// here <see cref="EndSubscriptions"/> does.</remarks>
public sealed class FanOutServer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentDictionary<string, FanOutShard> shards = new();
    private readonly ConcurrentDictionary<string, string> consumers = new();
    private readonly ConcurrentDictionary<string, bool> subscribed = new();
    private readonly ConcurrentQueue<JsonNode> positions = new();
    private readonly ConcurrentQueue<Action<FanOutEvents>> disturbances = new();

    private FanOutServer(WebApplication application) => this.application = application;

    /// <summary>Where clients connect, without TLS, with HTTP/2 from the start.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:1");

    /// <summary>The starting positions of all subscriptions, in order, as they were sent.</summary>
    public IReadOnlyList<JsonNode> Positions => [.. positions];

    /// <summary>Names of the registered consumers.</summary>
    public IReadOnlyCollection<string> Consumers => [.. consumers.Keys];

    /// <summary>Begins to serve on a free port.</summary>
    public static async Task<FanOutServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ListenDual(new IPEndPoint(IPAddress.Loopback, 0));
        var application = builder.Build();
        var server = new FanOutServer(application);
        application.Run(server.HandleAsync);
        await application.StartAsync();
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        server.Address = new Uri(addresses!.Addresses.First());
        return server;
    }

    /// <summary>A shard, made at first use.</summary>
    public FanOutShard Shard(string id) => shards.GetOrAdd(id, _ => new FanOutShard());

    /// <summary>Ends the running subscriptions in good order, as the service does after five minutes.</summary>
    public void EndSubscriptions()
    {
        foreach (var shard in shards.Values)
            shard.EndSubscriptions();
    }

    /// <summary>Does something to the next subscription, behind its first event with records.</summary>
    public void Disturb(Action<FanOutEvents> disturbance) => disturbances.Enqueue(disturbance);

    public async ValueTask DisposeAsync()
    {
        EndSubscriptions();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = await JsonNode.ParseAsync(context.Request.Body, null, default, context.RequestAborted);
        switch (context.Request.Headers["X-Amz-Target"].ToString())
        {
            case "Kinesis_20131202.RegisterStreamConsumer":
                await RegisterAsync(context, request!);
                break;
            case "Kinesis_20131202.DescribeStreamSummary":
                await AnswerAsync(context, Summary(request!["StreamName"]!.ToString()));
                break;
            case "Kinesis_20131202.DescribeStreamConsumer":
                await AnswerAsync(context, new JsonObject
                {
                    ["ConsumerDescription"] = Consumer(request!["ConsumerName"]!.ToString(), "ACTIVE"),
                });
                break;
            case "Kinesis_20131202.SubscribeToShard" when context.Request.Protocol == HttpProtocol.Http2:
                await SubscribeAsync(context, request!);
                break;
            default:
                await RefuseAsync(context, "UnknownOperationException", "not known here, or not over HTTP/1.1");
                break;
        }
    }

    private async Task RegisterAsync(HttpContext context, JsonNode request)
    {
        var name = request["ConsumerName"]!.ToString();
        if (consumers.TryAdd(name, name))
            await AnswerAsync(context, new JsonObject { ["Consumer"] = Consumer(name, "CREATING") });
        else
            await RefuseAsync(context, "ResourceInUseException", $"consumer {name} exists");
    }

    private async Task SubscribeAsync(HttpContext context, JsonNode request)
    {
        var place = $"{request["ConsumerARN"]}/{request["ShardId"]}";
        if (!shards.TryGetValue(request["ShardId"]!.ToString(), out var shard))
        {
            await RefuseAsync(context, "ResourceNotFoundException", "no such shard");
            return;
        }
        if (!subscribed.TryAdd(place, true))
        {
            await RefuseAsync(context, "ResourceInUseException", "another subscription is active");
            return;
        }
        try
        {
            positions.Enqueue(request["StartingPosition"]!.DeepClone());
            context.Response.ContentType = "application/vnd.amazon.eventstream";
            var events = new FanOutEvents(context);
            await events.WriteAsync("event", "initial-response", "{}");
            var disturbance = disturbances.TryDequeue(out var next) ? next : null;
            await shard.PushAsync(request["StartingPosition"]!, events, disturbance, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client left, or the disturbance cut the connection.
        }
        finally
        {
            subscribed.TryRemove(place, out _);
        }
    }

    private static JsonObject Summary(string stream) => new()
    {
        ["StreamDescriptionSummary"] = new JsonObject
        {
            ["StreamName"] = stream,
            ["StreamARN"] = $"arn:aws:kinesis:us-east-1:000000000000:stream/{stream}",
            ["StreamStatus"] = "ACTIVE",
        },
    };

    private static JsonObject Consumer(string name, string status) => new()
    {
        ["ConsumerName"] = name,
        ["ConsumerARN"] = $"arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/{name}:1",
        ["ConsumerStatus"] = status,
    };

    private static Task AnswerAsync(HttpContext context, JsonObject answer) =>
        context.Response.WriteAsync(answer.ToJsonString());

    private static Task RefuseAsync(HttpContext context, string type, string message)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return AnswerAsync(context, new JsonObject { ["__type"] = type, ["message"] = message });
    }
}
