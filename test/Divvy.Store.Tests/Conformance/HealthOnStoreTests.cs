namespace Divvy.Store.Tests.Conformance;

[Collection(StoreServer.Collection)]
public sealed class HealthOnStoreTests(StoreServer server) : HealthConformance(server);
