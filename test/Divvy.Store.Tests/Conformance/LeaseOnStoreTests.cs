namespace Divvy.Store.Tests.Conformance;

[Collection(StoreServer.Collection)]
public sealed class LeaseOnStoreTests(StoreServer server) : LeaseConformance(server);
