namespace Divvy.Store.Tests.Conformance;

[Collection(ClusterServer.Collection)]
public sealed class LeaseOnMembersTests(ClusterServer server) : LeaseConformance(server);
