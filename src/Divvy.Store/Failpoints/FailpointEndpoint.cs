using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Divvy.Store.Failpoints;

/// <summary>gofail's HTTP protocol: <c>GET /</c> lists, <c>GET|PUT|DELETE /NAME</c> reads, sets and clears one,
/// <c>GET /NAME/count</c> says how
/// often it acted, <c>PUT /failpoints</c> sets several. Meant for a port of its own.</summary>
public static class FailpointEndpoint
{
    private const string CountSuffix = "/count";

    public static void MapFailpoints(this IEndpointRouteBuilder routes, FailpointRegistry registry)
    {
        routes.MapGet("/", () => Results.Text(string.Concat(
            registry.All.Select(point => $"{point.Name}={point.Terms}\n"))));
        routes.MapPut("/failpoints", async (HttpRequest request) =>
        {
            var wrong = registry.SetAll(await ReadAsync(request).ConfigureAwait(false));
            return wrong.Count == 0
                ? Results.NoContent()
                : Results.Text($"failed to set failpoint: {string.Join("; ", wrong)}\n", statusCode: 400);
        });
        routes.MapGet("/{**name}", (string name) => Read(registry, name));
        routes.MapPut("/{**name}", async (string name, HttpRequest request) =>
        {
            var terms = await ReadAsync(request).ConfigureAwait(false);
            return registry.Find(name)?.TrySet(terms.Trim()) == true
                ? Results.NoContent()
                : Results.Text($"failed to set failpoint {name}\n", statusCode: 400);
        });
        routes.MapDelete("/{**name}", (string name) => registry.Find(name)?.Clear() == true
            ? Results.NoContent()
            : Results.Text($"failed to delete failpoint {name}\n", statusCode: 400));
    }

    private static IResult Read(FailpointRegistry registry, string name)
    {
        var wantsCount = name.EndsWith(CountSuffix, StringComparison.Ordinal);
        var point = registry.Find(wantsCount ? name[..^CountSuffix.Length] : name);
        if (point is null)
            return Results.Text($"failed to GET: no failpoint {name}\n", statusCode: 404);
        return Results.Text(wantsCount ? $"{point.Count}" : $"{point.Terms}\n");
    }

    private static async Task<string> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        return await reader.ReadToEndAsync(request.HttpContext.RequestAborted).ConfigureAwait(false);
    }
}
