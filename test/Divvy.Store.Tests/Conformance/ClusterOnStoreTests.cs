namespace Divvy.Store.Tests.Conformance;

[Collection(StoreServer.Collection)]
public sealed class ClusterOnStoreTests(StoreServer server) : ClusterConformance(server);
