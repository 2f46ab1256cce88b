namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class AuthOnEtcdTests : AuthConformance<EtcdServer>;
