namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class MaintenanceOnEtcdTests(EtcdServer server) : MaintenanceConformance(server);
