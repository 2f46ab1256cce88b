namespace Divvy.Store.Tests.Conformance;

[Collection(ClusterServer.Collection)]
public sealed class ElectionOnMembersTests(ClusterServer server) : ElectionConformance(server);
