using Divvy.Consensus.Mvcc;

namespace Divvy.Consensus.Auth;

/// <summary>What the roles of a user allow, put together.</summary>
internal sealed class UserRights
{
    private readonly KeyRangeSet readable;
    private readonly KeyRangeSet writable;

    public UserRights(IEnumerable<AuthRole> roles)
    {
        var permissions = roles.SelectMany(role => role.Permissions).ToArray();
        readable = KeyRangeSet.Union(permissions.Where(one => one.AllowsRead).Select(one => one.Keys));
        writable = KeyRangeSet.Union(permissions.Where(one => one.AllowsWrite).Select(one => one.Keys));
    }

    public bool MayRead(KeyRange keys) => readable.Covers(keys);

    public bool MayWrite(KeyRange keys) => writable.Covers(keys);
}
