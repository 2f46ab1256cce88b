using Divvy.Store.Tests.Conformance;

namespace Divvy.Store.Tests.Etcdctl;

public sealed class UpkeepOnMembersTests : UpkeepConformance<ClusterServer>;
