namespace Divvy.Store.Tests.Conformance;

[Collection(ClusterServer.Collection)]
public sealed class WatchOnMembersTests(ClusterServer server) : WatchConformance(server);
