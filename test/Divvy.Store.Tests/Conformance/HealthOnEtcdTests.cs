namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class HealthOnEtcdTests(EtcdServer server) : HealthConformance(server);
