using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Routing;
using Divvy.Rpc.Sharding;

namespace Divvy.Client.Routing;

/// <summary>The wire's words to the core's.</summary>
internal static class RoutingMessages
{
    public static RoutingChange ToChange(RoutingUpdate update) => new(
        new Revision(update.Revision),
        update.Snapshot,
        [.. update.Routes.Select(ToEntry)],
        [.. update.Removed.Select(shard => new ShardId(shard))])
    {
        IsListed = update.Layout == ShardingLayout.Listed,
    };

    private static RouteEntry ToEntry(Route route) => new(
        new ShardId(route.Shard),
        new HashRange(route.RangeStart, route.RangeEnd),
        new Generation(route.Generation),
        new Revision(route.Revision),
        route.Owner is { } owner ? new SessionRef(new InstanceId(owner.Instance), new SessionId(owner.Session)) : null,
        route.Owner is { Address.Length: > 0 } known ? known.Address : null);
}
