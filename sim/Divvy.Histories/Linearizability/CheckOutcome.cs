namespace Divvy.Histories.Linearizability;

public enum CheckOutcome
{
    /// <summary>There is an order of the operations that explains every answer.</summary>
    Linearizable,

    /// <summary>There is none.</summary>
    Illegal,

    /// <summary>The budget was spent before either was found.</summary>
    Unknown,
}
