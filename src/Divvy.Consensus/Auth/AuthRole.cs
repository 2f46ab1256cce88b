using System.Collections.Immutable;

namespace Divvy.Consensus.Auth;

/// <summary>A role. Immutable: a change replaces it.</summary>
/// <param name="Name">Never empty.</param>
/// <param name="Permissions">By their first keys; those with the same one in the order of their grants.</param>
public sealed record AuthRole(string Name, ImmutableArray<KeyPermission> Permissions)
{
    internal AuthRole With(KeyPermission permission)
    {
        var place = 0;
        for (var i = 0; i < Permissions.Length; i++)
        {
            if (Permissions[i].IsFor(permission.Key, permission.RangeEnd))
                return this with { Permissions = Permissions.SetItem(i, permission) };
            if (Permissions[i].Key.Span.SequenceCompareTo(permission.Key.Span) <= 0)
                place = i + 1;
        }
        return this with { Permissions = Permissions.Insert(place, permission) };
    }

    internal AuthRole Without(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> rangeEnd) =>
        this with { Permissions = Permissions.RemoveAll(permission => permission.IsFor(key, rangeEnd)) };
}
