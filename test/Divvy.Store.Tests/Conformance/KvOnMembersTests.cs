namespace Divvy.Store.Tests.Conformance;

[Collection(ClusterServer.Collection)]
public sealed class KvOnMembersTests(ClusterServer server) : KvConformance(server);
