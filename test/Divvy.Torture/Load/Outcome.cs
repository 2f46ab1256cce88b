namespace Divvy.Torture.Load;

/// <summary>What a writer knows about an operation of its own.</summary>
public enum Outcome
{
    /// <summary>Done, at a known revision.</summary>
    Acknowledged,

    /// <summary>The store may have done it, or may not: the answer never came.</summary>
    Unknown,

    /// <summary>The client says that it was certainly not done.</summary>
    Refused,
}
