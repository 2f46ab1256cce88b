namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class ClusterOnEtcdTests(EtcdServer server) : ClusterConformance(server);
