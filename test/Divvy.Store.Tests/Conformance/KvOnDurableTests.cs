namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class KvOnDurableTests(DurableServer server) : KvConformance(server);
