namespace Divvy.Consensus;

/// <summary>What the log of a store carries: the only way to change its replicated state. Each part of the state has
/// its own closed family of commands.</summary>
public abstract record StoreCommand
{
    private protected StoreCommand()
    {
    }
}
