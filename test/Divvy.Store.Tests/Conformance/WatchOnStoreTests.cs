namespace Divvy.Store.Tests.Conformance;

[Collection(StoreServer.Collection)]
public sealed class WatchOnStoreTests(StoreServer server) : WatchConformance(server);
