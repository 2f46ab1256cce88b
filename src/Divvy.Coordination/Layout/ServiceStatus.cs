namespace Divvy.Coordination.Layout;

/// <summary>What an instance says about itself in its session key.</summary>
public enum ServiceStatus
{
    Active,

    /// <summary>It wants to leave: its shards move away, it gets no new ones.</summary>
    Draining,
}
