// Counters, sharded by name: each counter lives in the memory of one instance and moves with its shard.
// Needs a server with a namespace "counters"; README.md beside this file has the commands.
using Counter;
using Divvy.Client.AspNetCore;
using Divvy.Client.Hosting;
using Divvy.Client.Http;
using Divvy.Client.Routing;

var builder = WebApplication.CreateBuilder(args);
var addresses = builder.Configuration["servers"] ?? "http://127.0.0.1:2379";
Uri[] servers = [.. addresses.Split(',').Select(text => new Uri(text))];

builder.Services.AddShardHost<CounterShards>("counters", options =>
{
    options.Servers = servers;
    options.InstanceId = builder.Configuration["id"] ?? options.InstanceId;
});
builder.Services.AddShardRouter("counters", options => options.Servers = servers);
builder.Services.AddHttpClient("counters").AddShardRouting();

var app = builder.Build();
app.UseRouting();
app.UseShardHost(options => options.KeySelector = context => context.GetRouteValue("counter") as string);

// Runs at the owner of the counter's shard and nowhere else.
app.MapPost("/counters/{counter}", (string counter, HttpContext context, CounterShards shards) =>
{
    var shard = context.GetShard();
    var value = shards.Increment(shard.Shard, counter);
    return new { counter, value, shard = shard.Shard.Value, generation = shard.Generation.Value };
});

// Runs anywhere and asks the owner. An increment is not idempotent: it is sent again only if it was certainly not
// executed.
app.MapPost("/increment/{name}", async (string name, IHttpClientFactory clients, CancellationToken cancellationToken) =>
{
    var target = $"http://shards/counters/{Uri.EscapeDataString(name)}";
    using var request = new HttpRequestMessage(HttpMethod.Post, target).SetShardKey(name);
    using var response = await clients.CreateClient("counters").SendAsync(request, cancellationToken);
    var answer = await response.Content.ReadAsStringAsync(cancellationToken);
    return Results.Text(answer, "application/json", statusCode: (int)response.StatusCode);
});

app.Run();
