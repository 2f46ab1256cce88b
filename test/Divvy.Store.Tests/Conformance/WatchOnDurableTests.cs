namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class WatchOnDurableTests(DurableServer server) : WatchConformance(server);
