namespace Divvy.Store.Tests.Conformance;

[Collection(ClusterServer.Collection)]
public sealed class AuthOnMembersTests : AuthConformance<ClusterServer>;
