using System.Buffers.Binary;
using System.Text;
using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>A digest over the roles a session holds, the same on the instance and on the server (R12). A heartbeat
/// carries it; where the two differ, the server sends the full set.</summary>
/// <remarks>
/// The digest is the sum, modulo 2^64, of one number a role; the order does not matter and a role comes or goes by one
/// addition or subtraction. A role's number is the FNV-1a 64 hash (offset basis 14695981039346656037, prime
/// 1099511628211) over the shard id's UTF-8 bytes, one byte 0, one byte with the role's value in <see
/// cref="ShardRole"/>, and the eight bytes of the record's revision, lowest first; then mixed by MurmurHash3's 64-bit
/// finaliser, because a sum of unmixed FNV values of similar ids collides easily. A role none counts nothing. No role
/// at all is digest 0.
/// </remarks>
public static class RoleDigest
{
    public const ulong Empty = 0;

    /// <summary>Said in place of <see cref="Empty"/> by a session that has taken in no message with roles yet. A set
    /// that came before the session counted was not taken in, and one without roles would never be missed: but the
    /// instance would not know up to which revision it has none, and keep requests that know any.</summary>
    public const ulong NothingHeard = 1;

    /// <summary>What one role adds to the digest.</summary>
    public static ulong Of(ShardId shard, ShardRole role, Revision revision)
    {
        if (role == ShardRole.None)
        {
            return 0;
        }

        var maxBytes = Encoding.UTF8.GetMaxByteCount(shard.Value.Length);
        Span<byte> id = maxBytes <= 512 ? stackalloc byte[maxBytes] : new byte[maxBytes];
        var length = Encoding.UTF8.GetBytes(shard.Value, id);
        Span<byte> tail = stackalloc byte[10];
        tail[0] = 0;
        tail[1] = (byte)role;
        BinaryPrimitives.WriteInt64LittleEndian(tail[2..], revision.Value);
        return Mix(Fnv(Fnv(14695981039346656037UL, id[..length]), tail));
    }

    /// <summary>The digest of a whole set.</summary>
    public static ulong Of(IEnumerable<RoleAssignment> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        var sum = Empty;
        foreach (var role in roles)
        {
            sum = unchecked(sum + Of(role.Shard, role.Role, role.Revision));
        }

        return sum;
    }

    private static ulong Fnv(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            hash = unchecked((hash ^ value) * 1099511628211UL);
        }

        return hash;
    }

    private static ulong Mix(ulong hash)
    {
        unchecked
        {
            hash ^= hash >> 33;
            hash *= 0xff51afd7ed558ccdUL;
            hash ^= hash >> 33;
            hash *= 0xc4ceb9fe1a85ec53UL;
            return hash ^ (hash >> 33);
        }
    }
}
