namespace Divvy.Consensus;

/// <summary>The answer to a command: the same on every member that applied it.</summary>
public abstract record StoreResult
{
    private protected StoreResult()
    {
    }
}
