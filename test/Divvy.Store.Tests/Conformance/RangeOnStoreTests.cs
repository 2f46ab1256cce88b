namespace Divvy.Store.Tests.Conformance;

[Collection(StoreServer.Collection)]
public sealed class RangeOnStoreTests(StoreServer server) : RangeConformance(server);
