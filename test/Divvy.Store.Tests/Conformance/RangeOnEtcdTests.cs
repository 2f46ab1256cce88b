namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class RangeOnEtcdTests(EtcdServer server) : RangeConformance(server);
