namespace Divvy.Store.Failpoints;

/// <summary>What a failpoint does when it is reached (gofail's terms; <c>break</c>, which stops in a debugger, is
/// taken as off).</summary>
public enum FailpointAction
{
    Off,

    /// <summary>The place acts as if it had failed, with the value as the reason.</summary>
    Return,
    Sleep,

    /// <summary>The process ends at once, as in a crash.</summary>
    Panic,
    Break,
    Print,
}
