namespace Divvy.Consensus.State;

/// <summary>How a change of members ended.</summary>
public enum MemberOutcome
{
    Ok,
    NotFound,
    IdExists,
    PeerUrlExists,
    NotALearner,
    LearnerNotReady,
    TooManyLearners,
    NotEnoughStartedMembers,

    /// <summary>Another change is under way, or who was asked does not lead.</summary>
    Refused,
}
