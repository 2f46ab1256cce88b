namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class MaintenanceOnDurableTests(DurableServer server) : MaintenanceConformance(server);
