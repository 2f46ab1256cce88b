using System.Globalization;
using Divvy.Core.Identity;
using Divvy.Core.Routing;

namespace Divvy.Client.Http;

/// <summary>What an answer of 421 says about its shard.</summary>
internal static class MisdirectedHint
{
    /// <summary>The table's entry as the answer has it; null when it says no more than the table.</summary>
    public static RouteEntry? Read(HttpResponseMessage response, RouteEntry known)
    {
        var shard = Text(response, ShardHeaders.Shard);
        var address = Text(response, ShardHeaders.OwnerAddress);
        if (shard != known.Shard.Value || address is null
            || Number(response, ShardHeaders.Revision) is not { } revision || revision <= known.Revision.Value)
            return null;
        return known with
        {
            Revision = new Revision(revision),
            Generation = new Generation(Number(response, ShardHeaders.Generation) ?? known.Generation.Value),
            Owner = Text(response, ShardHeaders.Owner) is { } owner
                ? new SessionRef(new InstanceId(owner), SessionId.None)
                : null,
            Address = address,
        };
    }

    private static string? Text(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) && values.FirstOrDefault() is { Length: > 0 } text
            ? text
            : null;

    private static long? Number(HttpResponseMessage response, string name) =>
        long.TryParse(Text(response, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
