using System.Buffers;
using System.Collections.Immutable;

namespace Divvy.Consensus.Auth;

/// <summary>The state of an <see cref="AuthStore"/> as bytes: a version, then lengths and contents in a fixed order.
/// Equal states give equal bytes.</summary>
internal sealed record AuthSnapshot(
    bool IsEnabled,
    long Revision,
    SortedDictionary<string, AuthUser> Users,
    SortedDictionary<string, AuthRole> Roles)
{
    private const byte FormatVersion = 1;

    public static void Write(
        IBufferWriter<byte> output,
        bool isEnabled,
        long revision,
        IReadOnlyCollection<AuthUser> users,
        IReadOnlyCollection<AuthRole> roles)
    {
        var writer = new AuthSnapshotWriter(output);
        writer.Byte(FormatVersion);
        writer.Byte(isEnabled ? (byte)1 : (byte)0);
        writer.Number(revision);
        writer.Number(users.Count);
        foreach (var user in users)
        {
            writer.Text(user.Name);
            writer.Byte(user.PasswordHash is null ? (byte)0 : (byte)1);
            if (user.PasswordHash is not null)
                writer.Text(user.PasswordHash);
            writer.Number(user.Roles.Length);
            foreach (var role in user.Roles)
                writer.Text(role);
        }
        writer.Number(roles.Count);
        foreach (var role in roles)
        {
            writer.Text(role.Name);
            writer.Number(role.Permissions.Length);
            foreach (var permission in role.Permissions)
            {
                writer.Number((long)permission.Kind);
                writer.Bytes(permission.Key.Span);
                writer.Bytes(permission.RangeEnd.Span);
            }
        }
    }

    public static AuthSnapshot Read(ReadOnlySpan<byte> input)
    {
        var reader = new AuthSnapshotReader(input);
        var version = reader.Byte();
        if (version != FormatVersion)
            throw new InvalidDataException($"users and roles are of format {version}; {FormatVersion} can be read");
        var isEnabled = reader.Byte() != 0;
        var revision = reader.Number();
        var users = new SortedDictionary<string, AuthUser>(StringComparer.Ordinal);
        for (var left = reader.Number(); left > 0; left--)
        {
            var user = new AuthUser(reader.Text(), reader.Byte() == 0 ? null : reader.Text(), ReadRoles(ref reader));
            users[user.Name] = user;
        }
        var roles = new SortedDictionary<string, AuthRole>(StringComparer.Ordinal);
        for (var left = reader.Number(); left > 0; left--)
        {
            var role = new AuthRole(reader.Text(), ReadPermissions(ref reader));
            roles[role.Name] = role;
        }
        reader.End();
        return new AuthSnapshot(isEnabled, revision, users, roles);
    }

    private static ImmutableArray<string> ReadRoles(ref AuthSnapshotReader reader)
    {
        var roles = ImmutableArray.CreateBuilder<string>();
        for (var left = reader.Number(); left > 0; left--)
            roles.Add(reader.Text());
        return roles.ToImmutable();
    }

    private static ImmutableArray<KeyPermission> ReadPermissions(ref AuthSnapshotReader reader)
    {
        var permissions = ImmutableArray.CreateBuilder<KeyPermission>();
        for (var left = reader.Number(); left > 0; left--)
            permissions.Add(new KeyPermission((PermissionKind)reader.Number(), reader.Bytes(), reader.Bytes()));
        return permissions.ToImmutable();
    }
}
