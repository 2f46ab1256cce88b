namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class ClusterOnDurableTests(DurableServer server) : ClusterConformance(server);
