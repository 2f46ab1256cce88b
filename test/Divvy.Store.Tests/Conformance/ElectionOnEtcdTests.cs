namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class ElectionOnEtcdTests(EtcdServer server) : ElectionConformance(server);
