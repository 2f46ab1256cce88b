namespace Divvy.Core.Streams;

/// <summary>What became of a conditional write.</summary>
public enum LeaseOutcome
{
    /// <summary>It was made.</summary>
    Applied,

    /// <summary>The row was not as expected, or is gone.</summary>
    Refused,

    /// <summary>It was not made, and the table says so: throttled.</summary>
    NotWritten,

    /// <summary>No answer came: it may have been made, or may still be.</summary>
    Unknown,
}
