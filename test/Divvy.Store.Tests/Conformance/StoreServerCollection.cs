namespace Divvy.Store.Tests.Conformance;

[CollectionDefinition(StoreServer.Collection)]
public sealed class StoreServerCollection : ICollectionFixture<StoreServer>;
