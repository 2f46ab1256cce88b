namespace Divvy.Store.Tests.Conformance;

[Collection(StoreServer.Collection)]
public sealed class LockOnStoreTests(StoreServer server) : LockConformance(server);
