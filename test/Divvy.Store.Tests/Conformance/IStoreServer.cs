namespace Divvy.Store.Tests.Conformance;

/// <summary>Members of this process under test.</summary>
public interface IStoreServer : IServer, IAsyncLifetime
{
    IReadOnlyList<StoreHost> Members { get; }
}
