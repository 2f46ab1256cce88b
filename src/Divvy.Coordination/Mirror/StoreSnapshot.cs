using System.Collections.Immutable;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Mirror;

/// <summary>Everything in the store as of one revision. Immutable.</summary>
/// <param name="Revision">Complete up to and including this revision; none: nothing was read yet.</param>
/// <param name="Namespaces">By name; also those that have keys but no configuration.</param>
public sealed record StoreSnapshot(
    Revision Revision, ImmutableSortedDictionary<string, NamespaceSnapshot> Namespaces)
{
    public static readonly StoreSnapshot Empty = new(
        Revision.None, ImmutableSortedDictionary.Create<string, NamespaceSnapshot>(StringComparer.Ordinal));

    /// <summary>The names of the namespaces that exist: those with a configuration.</summary>
    public IEnumerable<string> Names =>
        Namespaces.Values.Where(space => space.Config is not null).Select(space => space.Name);

    /// <summary>A namespace that exists, or null.</summary>
    public NamespaceSnapshot? Find(string name) =>
        Namespaces.GetValueOrDefault(name) is { Config: not null } space ? space : null;

    /// <summary>Whatever is known of a namespace, also if it does not exist.</summary>
    public NamespaceSnapshot Get(string name) =>
        Namespaces.GetValueOrDefault(name) ?? NamespaceSnapshot.Empty(name);
}
