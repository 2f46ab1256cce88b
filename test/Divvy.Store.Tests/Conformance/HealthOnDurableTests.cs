namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class HealthOnDurableTests(DurableServer server) : HealthConformance(server);
