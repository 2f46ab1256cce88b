namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class TxnOnDurableTests(DurableServer server) : TxnConformance(server);
