namespace Divvy.Store.Tests.Conformance;

[CollectionDefinition(ClusterServer.Collection)]
public sealed class ClusterServerCollection : ICollectionFixture<ClusterServer>;
