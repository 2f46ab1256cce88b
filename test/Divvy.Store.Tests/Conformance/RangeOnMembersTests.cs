namespace Divvy.Store.Tests.Conformance;

[Collection(ClusterServer.Collection)]
public sealed class RangeOnMembersTests(ClusterServer server) : RangeConformance(server);
