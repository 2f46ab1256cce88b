namespace Divvy.Store.Tests.Conformance;

[Collection(StoreServer.Collection)]
public sealed class KvOnStoreTests(StoreServer server) : KvConformance(server);
