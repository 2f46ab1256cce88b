namespace Divvy.Store.Tests.Conformance;

[Collection(EtcdServer.Collection)]
public sealed class LockOnEtcdTests(EtcdServer server) : LockConformance(server);
