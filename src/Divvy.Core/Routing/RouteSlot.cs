namespace Divvy.Core.Routing;

/// <summary>An entry with its bounds beside it, so that a lookup touches one cache line and no object.</summary>
internal readonly struct RouteSlot(RouteEntry entry)
{
    public readonly ulong Start = entry.Range.Start;

    public readonly ulong Last = entry.Range.Last;

    public readonly RouteEntry Entry = entry;
}
