using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Core.Routing;

/// <summary>Where one shard is served, as of one version of its record.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Range">Its keys.</param>
/// <param name="Generation">The owner's fencing token; goes with every request.</param>
/// <param name="Revision">Mod revision of the record this derives from; orders what is said about the shard
/// (R16).</param>
/// <param name="Owner">Who owns it; null: nobody at present.</param>
/// <param name="Address">Where the owner serves; null: nobody owns it, or the address is not known yet.</param>
public sealed record RouteEntry(
    ShardId Shard,
    HashRange Range,
    Generation Generation,
    Revision Revision,
    SessionRef? Owner,
    string? Address);
