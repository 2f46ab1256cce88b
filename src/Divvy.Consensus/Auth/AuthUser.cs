using System.Collections.Immutable;

namespace Divvy.Consensus.Auth;

/// <summary>A user. Immutable: a change replaces it.</summary>
/// <param name="Name">Never empty.</param>
/// <param name="PasswordHash">As the proposer hashed it; null: the user has no password.</param>
/// <param name="Roles">Names of the user's roles, in order.</param>
public sealed record AuthUser(string Name, string? PasswordHash, ImmutableArray<string> Roles)
{
    /// <summary>Name of the user without whom authentication cannot be on, and of the role that may do
    /// everything.</summary>
    public const string Root = "root";

    public bool HasRole(string role) => Roles.BinarySearch(role, StringComparer.Ordinal) >= 0;

    internal AuthUser With(string role)
    {
        var place = Roles.BinarySearch(role, StringComparer.Ordinal);
        return place >= 0 ? this : this with { Roles = Roles.Insert(~place, role) };
    }

    internal AuthUser Without(string role) => HasRole(role) ? this with { Roles = Roles.Remove(role) } : this;
}
