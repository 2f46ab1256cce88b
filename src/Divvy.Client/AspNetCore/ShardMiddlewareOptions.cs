using Divvy.Client.Http;
using Microsoft.AspNetCore.Http;

namespace Divvy.Client.AspNetCore;

/// <summary>How requests are told which shard they are for.</summary>
public sealed class ShardMiddlewareOptions
{
    /// <summary>The key of a request that does not name its shard, such as
    /// <c>context => context.GetRouteValue("key") as string</c>; null: the request is none of the shards' and passes.
    /// Default: the header <see cref="ShardHeaders.Key"/>. Must not read the body, which may have to be sent
    /// on.</summary>
    public Func<HttpContext, string?> KeySelector { get; set; } =
        context => context.Request.Headers[ShardHeaders.Key].FirstOrDefault();
}
