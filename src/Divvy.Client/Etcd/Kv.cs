using System.Text;

namespace Divvy.Client.Etcd;

/// <summary>One key of the store as of one revision.</summary>
/// <param name="Key">The key, read as UTF-8.</param>
/// <param name="Value">The value; never null, empty in keys-only results and in delete events.</param>
/// <param name="CreateRevision">Revision at which the key was created (again).</param>
/// <param name="ModRevision">Revision of the last change; what optimistic updates compare.</param>
/// <param name="Version">Number of changes since creation, 1 at creation.</param>
/// <param name="Lease">The lease the key hangs on, or 0.</param>
public sealed record Kv(
    string Key, ReadOnlyMemory<byte> Value, long CreateRevision, long ModRevision, long Version, long Lease)
{
    /// <summary>The value read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Value.Span);
}
