namespace Divvy.Store.Tests.Conformance;

[Collection(StoreServer.Collection)]
public sealed class AuthOnStoreTests : AuthConformance<StoreServer>;
