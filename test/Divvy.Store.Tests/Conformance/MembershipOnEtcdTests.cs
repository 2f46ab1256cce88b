namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class MembershipOnEtcdTests(EtcdServer server) : MembershipConformance(server);
