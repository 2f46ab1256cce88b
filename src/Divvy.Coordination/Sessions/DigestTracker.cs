using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Sessions;

/// <summary>Knows what an instance holds if it took everything it was sent, and tells from the digest of a heartbeat
/// whether it did (R12). A heartbeat may have been sent before the newest updates arrived, so every state since the
/// last one that was confirmed counts as a match. Not thread-safe.</summary>
internal sealed class DigestTracker
{
    /// <summary>States remembered; a heartbeat older than that is answered with the full set, which is always
    /// right.</summary>
    public const int MaxHistory = 256;

    private readonly Dictionary<ShardId, ulong> held = [];
    private readonly List<ulong> history = [RoleDigest.Empty];
    private ulong digest = RoleDigest.Empty;
    private bool stalled;

    /// <summary>A full set was sent.</summary>
    public void Replace(IEnumerable<RoleAssignment> roles)
    {
        held.Clear();
        digest = RoleDigest.Empty;
        Apply(roles);
    }

    /// <summary>An update was sent.</summary>
    public void Apply(IEnumerable<RoleAssignment> roles)
    {
        foreach (var role in roles)
        {
            var now = RoleDigest.Of(role.Shard, role.Role, role.Revision);
            digest = unchecked(digest - held.GetValueOrDefault(role.Shard) + now);
            if (role.Role == ShardRole.None)
                held.Remove(role.Shard);
            else
                held[role.Shard] = now;
        }
        if (history.Count == MaxHistory)
            history.RemoveRange(0, MaxHistory / 2);
        history.Add(digest);
    }

    /// <summary>Whether the instance is on its way to what it was sent, or there. One that reports the same old state
    /// twice is not on its way: it did not take what it was sent, as a host does whose session had run out when the
    /// roles
    /// came.</summary>
    public bool Matches(ulong reported)
    {
        var index = history.LastIndexOf(reported);
        var isNewest = index == history.Count - 1;
        var moved = index > 0;
        if (index < 0 || (!isNewest && !moved && stalled))
        {
            stalled = false;
            return false;
        }
        stalled = !isNewest;
        history.RemoveRange(0, index);
        return true;
    }
}
