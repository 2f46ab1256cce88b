using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Divvy.Coordination.Admin;

/// <summary>The admin API over HTTP: paths, bodies, statuses. What it does is in the <c>*Admin</c> classes. Every error
/// is application/problem+json with a detail that says what to do.</summary>
internal sealed class AdminEndpoints(AdminServices services)
{
    private readonly NamespaceAdmin namespaces = new(services);
    private readonly InstanceAdmin instances = new(services);
    private readonly ShardAdmin shards = new(services);
    private readonly ListedShardAdmin listed = new(services);
    private readonly EventAdmin events = new(services);
    private readonly ServerAdmin server = new(services);

    public void Map(IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1").AddEndpointFilter(AnswerWithProblems);
        api.MapGet("/servers", () => Ok(server.View(), AdminJson.Default.ServerView))
            .Describe<ServerView>("server", "This server, and who leads each namespace.");
        MapNamespaces(api.MapGroup("/namespaces"));
        MapInstances(api.MapGroup("/namespaces/{ns}/instances"));
        MapShards(api.MapGroup("/namespaces/{ns}/shards"));
        api.MapGet("/namespaces/{ns}/plan", (string ns) => Ok(namespaces.Preview(ns), AdminJson.Default.PlanView))
            .Describe<PlanView>("plan", "What the planner would do now, without doing it.");
        api.MapGet(
                "/namespaces/{ns}/events",
                (string ns, string? after, string? limit) => Ok(
                    events.List(ns, Number(after, "after"), Number(limit, "limit")), AdminJson.Default.EventPage))
            .Describe<EventPage>("events", "The newest events, or with after= those that follow.");
        api.MapFallback(context => Task.FromException(AdminException.NotFound(
                $"{context.Request.Method} {context.Request.Path} is not part of the API: see /openapi/v1.json")))
            .ExcludeFromDescription();
        MapHealth(endpoints);
    }

    private void MapNamespaces(RouteGroupBuilder group)
    {
        group.MapGet("", () => Ok(namespaces.List(), AdminJson.Default.IReadOnlyListNamespaceView))
            .Describe<IReadOnlyList<NamespaceView>>("namespaces", "Every namespace.");
        group.MapPost("", async (HttpContext context) =>
            {
                var body = await ReadAsync(context, AdminJson.Default.NamespaceCreate).ConfigureAwait(false);
                var view = await namespaces.CreateAsync(body, context.RequestAborted).ConfigureAwait(false);
                context.Response.Headers.Location = $"/api/v1/namespaces/{view.Name}";
                return Results.Json(view, AdminJson.Default.NamespaceView, statusCode: StatusCodes.Status201Created);
            })
            .Accepts<NamespaceCreate>("application/json")
            .Describe<NamespaceView>("namespaces", "Creates a namespace.", StatusCodes.Status201Created);
        group.MapGet("/{ns}", (string ns) => Ok(namespaces.Get(ns), AdminJson.Default.NamespaceView))
            .Describe<NamespaceView>("namespaces", "One namespace.");
        group.MapPatch("/{ns}", async (string ns, HttpContext context) =>
            {
                var body = await ReadAsync(context, AdminJson.Default.NamespaceChange).ConfigureAwait(false);
                var view = await namespaces.ChangeAsync(ns, body, context.RequestAborted).ConfigureAwait(false);
                return Ok(view, AdminJson.Default.NamespaceView);
            })
            .Accepts<NamespaceChange>("application/json")
            .Describe<NamespaceView>("namespaces", "Changes settings of a namespace.");
        group.MapDelete("/{ns}", async (string ns, HttpContext context) =>
            {
                var view = await namespaces.DeleteAsync(ns, context.RequestAborted).ConfigureAwait(false);
                return Results.Json(view, AdminJson.Default.NamespaceView, statusCode: StatusCodes.Status202Accepted);
            })
            .Describe<NamespaceView>(
                "namespaces",
                "Begins the removal: its shards close, then everything goes.",
                StatusCodes.Status202Accepted);
    }

    private void MapInstances(RouteGroupBuilder group)
    {
        group.MapGet("", (string ns) => Ok(instances.List(ns), AdminJson.Default.IReadOnlyListInstanceView))
            .Describe<IReadOnlyList<InstanceView>>("instances", "The instances of a namespace.");
        group.MapGet(
                "/{instance}",
                (string ns, string instance) => Ok(instances.Get(ns, instance), AdminJson.Default.InstanceView))
            .Describe<InstanceView>("instances", "One instance.");
        MapStatus(group, "cordon", OperatorStatus.Cordoned, "It keeps its shards and gets no new ones.");
        MapStatus(group, "uncordon", null, "Takes back a cordon or a drain.");
        MapStatus(group, "drain", OperatorStatus.Draining, "Its shards move away and it gets no new ones.");
    }

    private void MapStatus(RouteGroupBuilder group, string verb, OperatorStatus? status, string summary) =>
        group.MapPost($"/{{instance}}/{verb}", async (string ns, string instance, HttpContext context) =>
            {
                var view = await instances.SayAsync(ns, instance, status, context.RequestAborted).ConfigureAwait(false);
                return Ok(view, AdminJson.Default.InstanceView);
            })
            .Describe<InstanceView>("instances", summary);

    private void MapShards(RouteGroupBuilder group)
    {
        group.MapGet(
                "",
                (string ns, string? instance) =>
                    Ok(shards.List(ns, instance), AdminJson.Default.IReadOnlyListShardView))
            .Describe<IReadOnlyList<ShardView>>("shards", "The shards of a namespace, or of one of its instances.");
        group.MapPost("", async (string ns, HttpContext context) =>
            {
                var body = await ReadAsync(context, AdminJson.Default.ShardsAdd).ConfigureAwait(false);
                var added = await listed.AddAsync(ns, body, context.RequestAborted).ConfigureAwait(false);
                return Ok(added, AdminJson.Default.ShardsAdded);
            })
            .Accepts<ShardsAdd>("application/json")
            .Describe<ShardsAdded>("shards", "Adds shards to a listed namespace; those that are there stay.");
        group.MapPost("/{shard}/finish", async (string ns, string shard, HttpContext context) =>
                Results.Json(
                    await shards.FinishAsync(ns, shard, context.RequestAborted).ConfigureAwait(false),
                    AdminJson.Default.ShardView,
                    statusCode: StatusCodes.Status202Accepted))
            .Describe<ShardView>(
                "shards",
                "Finishes a shard of a listed namespace: its owner yields, then it goes.",
                StatusCodes.Status202Accepted);
        group.MapGet("/{shard}", (string ns, string shard) => Ok(shards.Get(ns, shard), AdminJson.Default.ShardView))
            .Describe<ShardView>("shards", "One shard.");
        group.MapPost("/{shard}/move", async (string ns, string shard, HttpContext context) =>
            {
                var body = await ReadAsync(context, AdminJson.Default.MoveRequest).ConfigureAwait(false);
                var view = await shards.MoveAsync(ns, shard, body.To, context.RequestAborted).ConfigureAwait(false);
                return Ok(view, AdminJson.Default.ShardView);
            })
            .Accepts<MoveRequest>("application/json")
            .Describe<ShardView>("shards", "Begins a planned move to an instance.");
        group.MapPost("/{shard}/pin", async (string ns, string shard, HttpContext context) =>
            {
                var body = await ReadAsync(context, AdminJson.Default.PinRequest).ConfigureAwait(false);
                var view = await shards.PinAsync(ns, shard, body.Instance, context.RequestAborted)
                    .ConfigureAwait(false);
                return Ok(view, AdminJson.Default.ShardView);
            })
            .Accepts<PinRequest>("application/json")
            .Describe<ShardView>("shards", "Pins a shard to an instance: it moves there and stays.");
        group.MapPost("/{shard}/unpin", async (string ns, string shard, HttpContext context) =>
                Ok(
                    await shards.UnpinAsync(ns, shard, context.RequestAborted).ConfigureAwait(false),
                    AdminJson.Default.ShardView))
            .Describe<ShardView>("shards", "Takes back a pin.");
    }

    private void MapHealth(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health", () => Ok(new HealthView("ok", []), AdminJson.Default.HealthView))
            .WithTags("health").WithSummary("The process lives.").Produces<HealthView>();
        endpoints.MapGet("/ready", async (HttpContext context) =>
            {
                var missing = await server.MissingAsync(context.RequestAborted).ConfigureAwait(false);
                return missing.Count == 0
                    ? Ok(new HealthView("ok", []), AdminJson.Default.HealthView)
                    : Results.Json(
                        new HealthView("unavailable", missing), AdminJson.Default.HealthView,
                        statusCode: StatusCodes.Status503ServiceUnavailable);
            })
            .WithTags("health").WithSummary("The server can do its work; if not, what is missing.")
            .Produces<HealthView>().Produces<HealthView>(StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Ok<T>(T view, JsonTypeInfo<T> type) => Results.Json(view, type);

    private static long? Number(string? text, string name) => text is null
        ? null
        : long.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw AdminException.BadRequest($"{name} '{text}' is not a number");

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                .ConfigureAwait(false);
            return body ?? throw AdminException.BadRequest("the body is null; a JSON object is expected");
        }
        catch (JsonException failure)
        {
            throw AdminException.BadRequest($"the body is not the JSON that is expected: {failure.Message}");
        }
    }

    private async ValueTask<object?> AnswerWithProblems(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context).ConfigureAwait(false);
        }
        catch (AdminException failure)
        {
            return Results.Problem(failure.Message, statusCode: failure.Status, title: failure.Title);
        }
        catch (EtcdException failure)
        {
            return Results.Problem(
                $"server {services.Options.ServerId} cannot reach its store: {failure.Message}",
                statusCode: StatusCodes.Status503ServiceUnavailable, title: "The store does not answer");
        }
    }
}
