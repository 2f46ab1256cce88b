namespace Divvy.Store.Services;

/// <summary>What the gate before all methods asks of its member.</summary>
internal interface IMemberState
{
    /// <summary>It has no vote.</summary>
    bool IsLearner { get; }

    /// <summary>It knows who leads.</summary>
    bool HasLeader { get; }

    /// <summary>The member's clock.</summary>
    TimeSpan Now { get; }
}
