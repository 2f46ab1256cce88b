namespace Divvy.Core.Planning;

/// <summary>What an instance may be given.</summary>
public enum InstanceStatus
{
    /// <summary>Takes shards.</summary>
    Active,

    /// <summary>Keeps what it has and takes nothing new.</summary>
    Cordoned,

    /// <summary>Is to hold nothing: everything moves away.</summary>
    Draining,
}
