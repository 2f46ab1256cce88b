namespace Divvy.Streams.Kinesis.Retrying;

/// <summary>What a failed try means for the next one.</summary>
internal enum FailureKind
{
    /// <summary>Trying again is of no use.</summary>
    Final,

    /// <summary>The service failed inside, or no answer came.</summary>
    Transient,

    /// <summary>Too many calls: wait longer.</summary>
    Throttled,

    /// <summary>The credentials are too old: fetch new ones, then try again at once.</summary>
    CredentialsExpired,

    /// <summary>This clock differs from the service's: sign with its time, try again at once.</summary>
    ClockSkewed,
}
