using Divvy.Rpc;

namespace Divvy.Store.Tests.Conformance;

/// <summary>An etcd v3 server under test.</summary>
public interface IServer
{
    IRpcChannel Channel { get; }
}
