namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class KvOnEtcdTests(EtcdServer server) : KvConformance(server);
