namespace Divvy.Store.Tests.Conformance;

[Collection(DurableServer.Collection)]
public sealed class LockOnDurableTests(DurableServer server) : LockConformance(server);
