namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class TxnOnEtcdTests(EtcdServer server) : TxnConformance(server);
