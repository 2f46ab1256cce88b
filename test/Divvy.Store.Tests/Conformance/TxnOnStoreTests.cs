namespace Divvy.Store.Tests.Conformance;

[Collection(StoreServer.Collection)]
public sealed class TxnOnStoreTests(StoreServer server) : TxnConformance(server);
