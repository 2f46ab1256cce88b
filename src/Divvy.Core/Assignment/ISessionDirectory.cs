using Divvy.Core.Identity;

namespace Divvy.Core.Assignment;

/// <summary>What a server believes about sessions. It may be behind the store: whatever it says only proposes a step,
/// and the step's transaction compares the sessions themselves (R6).</summary>
public interface ISessionDirectory
{
    /// <summary>Whether the session's key is still there, attached to that session's lease.</summary>
    bool IsLive(SessionRef session);

    /// <summary>Where the session's instance serves (a base URL); null: not known.</summary>
    string? AddressOf(SessionRef session);
}
