namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class RangeOnDurableTests(DurableServer server) : RangeConformance(server);
