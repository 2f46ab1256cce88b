namespace Divvy.Core.Streams;

/// <summary>Whether a holder may write now.</summary>
public enum LeasePermission
{
    /// <summary>It may.</summary>
    Granted,

    /// <summary>Another write of the row is under way, or the outcome of one is being found out: ask again.</summary>
    Later,

    /// <summary>The holding is over.</summary>
    Lost,
}
