namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class LeaseOnDurableTests(DurableServer server) : LeaseConformance(server);
