namespace Divvy.Core.Hosting;

/// <summary>What becomes of a request.</summary>
public enum AdmitKind
{
    /// <summary>Run it here; check <see cref="Admission.MayRelease"/> before its answer, then <see
    /// cref="Admission.Leave"/>.</summary>
    Serve,

    /// <summary>It waits for this instance to become the owner (R15). The ticket is released later.</summary>
    Queue,

    /// <summary>It knows more than this instance; it waits for the news (R16). The ticket is released later.</summary>
    Hold,

    /// <summary>Send it on, once, to the owner named.</summary>
    Forward,

    /// <summary>421: the shard is elsewhere; the answer carries what is known.</summary>
    Misdirected,

    /// <summary>503: this instance's session has no time left.</summary>
    Fenced,

    /// <summary>503: too many requests wait already, or this one waited too long.</summary>
    Overloaded,
}
