using Microsoft.AspNetCore.Http;

namespace Divvy.Client.AspNetCore;

/// <summary>The shard of a request.</summary>
public static class ShardHttpContextExtensions
{
    /// <summary>The shard this request runs in.</summary>
    /// <exception cref="InvalidOperationException">It runs in none: it named no shard and no key, or
    /// <c>app.UseShardHost()</c> comes later.</exception>
    public static IShardFeature GetShard(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<IShardFeature>() ?? throw new InvalidOperationException(
            $"{context.Request.Method} {context.Request.Path} runs in no shard: it carries no shard and no key, or"
                + " app.UseShardHost() comes after this");
    }
}
