namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class ElectionOnDurableTests(DurableServer server) : ElectionConformance(server);
