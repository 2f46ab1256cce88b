namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class AuthOnDurableTests : AuthConformance<DurableServer>;
