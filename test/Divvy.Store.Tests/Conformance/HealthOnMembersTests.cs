namespace Divvy.Store.Tests.Conformance;

[Collection(ClusterServer.Collection)]
public sealed class HealthOnMembersTests(ClusterServer server) : HealthConformance(server);
