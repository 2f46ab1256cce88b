using System.Collections.Immutable;
using Divvy.Core.Identity;

namespace Divvy.Core.Routing;

/// <summary>One message of a routing stream.</summary>
/// <param name="Revision">The store revision up to which the table is complete once this is applied.</param>
/// <param name="IsSnapshot">Everything there is at <paramref name="Revision"/>; otherwise what changed since the
/// message before.</param>
/// <param name="Routes">New and changed entries; for a snapshot all of them.</param>
/// <param name="Removed">Shards that are gone; empty for a snapshot, where absence says it.</param>
public sealed record RoutingChange(
    Revision Revision,
    bool IsSnapshot,
    ImmutableArray<RouteEntry> Routes,
    ImmutableArray<ShardId> Removed)
{
    /// <summary>The namespace lists its shards by name: no key leads to any of them. Counts with a snapshot; what
    /// changes
    /// afterwards changes nothing in it.</summary>
    public bool IsListed { get; init; }

    public static RoutingChange Snapshot(Revision revision, ImmutableArray<RouteEntry> routes) =>
        new(revision, true, routes, []);

    public static RoutingChange Delta(
        Revision revision, ImmutableArray<RouteEntry> routes, ImmutableArray<ShardId> removed) =>
        new(revision, false, routes, removed);
}
