namespace Divvy.Store.Tests.Conformance;

[Collection(ClusterServer.Collection)]
public sealed class TxnOnMembersTests(ClusterServer server) : TxnConformance(server);
