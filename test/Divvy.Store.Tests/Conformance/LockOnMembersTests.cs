namespace Divvy.Store.Tests.Conformance;

[Collection(ClusterServer.Collection)]
public sealed class LockOnMembersTests(ClusterServer server) : LockConformance(server);
