namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class LeaseOnEtcdTests(EtcdServer server) : LeaseConformance(server);
