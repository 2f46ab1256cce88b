namespace Divvy.Core.Assignment;

/// <summary>What a namespace promises about owners. Chosen when the namespace is created, never changed
/// (R10).</summary>
public enum OwnershipMode
{
    /// <summary>Never two owners at a time: a flip waits for the owner's acknowledgement or its session's
    /// end.</summary>
    Exclusive,

    /// <summary>Availability first: a flip waits only so long. Two owners are possible for a while; generations still
    /// grow.</summary>
    Affinity,
}
