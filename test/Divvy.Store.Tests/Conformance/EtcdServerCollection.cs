namespace Divvy.Store.Tests.Conformance;

[CollectionDefinition(EtcdServer.Collection)]
public sealed class EtcdServerCollection : ICollectionFixture<EtcdServer>;
