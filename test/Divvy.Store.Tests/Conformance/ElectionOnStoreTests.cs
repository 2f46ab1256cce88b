namespace Divvy.Store.Tests.Conformance;

[Collection(StoreServer.Collection)]
public sealed class ElectionOnStoreTests(StoreServer server) : ElectionConformance(server);
