namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class WatchOnEtcdTests(EtcdServer server) : WatchConformance(server);
