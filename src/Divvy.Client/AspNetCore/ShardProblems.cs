using System.Globalization;
using Divvy.Client.Hosting;
using Divvy.Client.Http;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Divvy.Client.AspNetCore;

/// <summary>The answers of a host that does not run a request: problem documents, with headers for routers.</summary>
internal static class ShardProblems
{
    private const string ContentType = "application/problem+json";

    /// <summary>421: the shard is elsewhere; says what is known (R16).</summary>
    public static Task MisdirectedAsync(HttpContext context, ShardHost host, ShardAdmission admission)
    {
        var headers = context.Response.Headers;
        headers[ShardHeaders.Shard] = admission.Shard.Value;
        if (admission.Revision != Revision.None)
        {
            headers[ShardHeaders.Revision] = Text(admission.Revision.Value);
            headers[ShardHeaders.Generation] = Text(admission.Generation.Value);
        }
        if (admission.Owner is { } owner)
            headers[ShardHeaders.Owner] = owner.Instance.Value;
        if (admission.OwnerAddress is { } address)
            headers[ShardHeaders.OwnerAddress] = address;
        var where = admission.OwnerAddress is { } known
            ? $"it is at {known}"
            : "this instance does not know where it is";
        return WriteAsync(
            context, host, StatusCodes.Status421MisdirectedRequest, "Misdirected request",
            $"Shard {admission.Shard} is not at instance {host.InstanceId}; {where}."
                + " Refresh the routing table and try again.");
    }

    /// <summary>421 without a hint: nothing here covers the request.</summary>
    public static Task UnknownAsync(HttpContext context, ShardHost host, string detail) =>
        WriteAsync(context, host, StatusCodes.Status421MisdirectedRequest, "Misdirected request", detail);

    public static Task InvalidAsync(HttpContext context, ShardHost host, string detail) =>
        WriteAsync(context, host, StatusCodes.Status400BadRequest, "Bad request", detail);

    /// <summary>503: not now. Says whether anything was executed, so that a router knows what it may repeat.</summary>
    public static Task UnavailableAsync(HttpContext context, ShardHost host, string detail, bool wasExecuted)
    {
        context.Response.Headers.RetryAfter = "1";
        context.Response.Headers[ShardHeaders.NotExecuted] = wasExecuted ? "0" : "1";
        return WriteAsync(context, host, StatusCodes.Status503ServiceUnavailable, "Service unavailable", detail);
    }

    /// <summary>Why a request that came to nothing came to nothing.</summary>
    public static string Describe(ShardAdmission admission, ShardHost host) => admission.Kind switch
    {
        AdmitKind.Fenced => $"Instance {host.InstanceId} has no session at present and serves no shard.",
        _ => $"Too many requests wait for shard {admission.Shard} at instance {host.InstanceId},"
            + " or this one waited too long.",
    };

    private static Task WriteAsync(HttpContext context, ShardHost host, int status, string title, string detail)
    {
        context.Response.StatusCode = status;
        context.Response.Headers[ShardHeaders.Instance] = host.InstanceId.Value;
        var problem = new ProblemDetails { Status = status, Title = title, Detail = detail };
        return context.Response.WriteAsJsonAsync(problem, options: null, ContentType, context.RequestAborted);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
