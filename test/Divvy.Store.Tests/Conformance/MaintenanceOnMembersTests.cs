namespace Divvy.Store.Tests.Conformance;

[Collection(ClusterServer.Collection)]
public sealed class MaintenanceOnMembersTests(ClusterServer server) : MaintenanceConformance(server);
