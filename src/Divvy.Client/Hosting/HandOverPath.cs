using Divvy.Core.Identity;

namespace Divvy.Client.Hosting;

/// <summary>Where instances take states: <c>POST /_divvy/handover/{namespace}/{shard}</c>.</summary>
internal static class HandOverPath
{
    public const string Prefix = "/_divvy/handover";

    public static Uri For(string address, string space, ShardId shard) =>
        new($"{address.TrimEnd('/')}{Prefix}/{Uri.EscapeDataString(space)}/{Uri.EscapeDataString(shard.Value)}");

    /// <summary>The namespace and the shard of a path behind <see cref="Prefix"/>, not escaped any more.</summary>
    public static bool TryParse(string? rest, out string space, out ShardId shard)
    {
        var parts = rest?.Split('/') ?? [];
        var valid = parts.Length == 3 && parts[0].Length == 0 && parts[1].Length > 0 && parts[2].Length > 0;
        space = valid ? parts[1] : "";
        shard = new ShardId(valid ? parts[2] : "");
        return valid;
    }
}
