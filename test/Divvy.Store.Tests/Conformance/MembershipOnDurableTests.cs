namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class MembershipOnDurableTests(DurableServer server) : MembershipConformance(server);
