namespace Divvy.Core.Assignment;

/// <summary>Why no step follows. Every one of them is an expected outcome: messages are late, repeated and out of
/// order.</summary>
public enum StepRefusal
{
    /// <summary>Nothing was refused.</summary>
    None,

    /// <summary>The acknowledgement answers another version of the record. Its role is sent anew and acknowledged anew
    /// (R7).</summary>
    Stale,

    /// <summary>The session is not the one the record gives this part to (R1).</summary>
    OtherSession,

    /// <summary>The step does not exist in the record's phase.</summary>
    WrongPhase,

    /// <summary>The record already says so.</summary>
    NothingToChange,

    /// <summary>The session named is already the owner, or named twice, or there are too many.</summary>
    BadTarget,

    /// <summary>The ownership mode forbids it: an exclusive shard never flips without its owner's word (R10).</summary>
    Mode,

    /// <summary>The acknowledgement is for events and measurements, no step waits for it.</summary>
    Informative,
}
