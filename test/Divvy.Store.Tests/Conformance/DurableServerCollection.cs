namespace Divvy.Store.Tests.Conformance;

[CollectionDefinition(DurableServer.Collection)]
public sealed class DurableServerCollection : ICollectionFixture<DurableServer>;
