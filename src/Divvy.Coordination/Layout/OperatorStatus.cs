namespace Divvy.Coordination.Layout;

/// <summary>What an operator says about an instance.</summary>
public enum OperatorStatus
{
    /// <summary>It keeps its shards and gets no new ones.</summary>
    Cordoned,

    /// <summary>Its shards move away and it gets no new ones.</summary>
    Draining,
}
