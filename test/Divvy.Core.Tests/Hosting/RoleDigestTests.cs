using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Core.Tests.Hosting;

public sealed class RoleDigestTests
{
    [Fact]
    public void Of_IsTheSameInEveryBuild() =>
        RoleDigest.Of(new ShardId("shard-0001"), ShardRole.Active, new Revision(123_456_789)).ShouldBe(0xD4F5A456AF90EBC4UL);

    [Fact]
    public void Of_DependsOnEachPart()
    {
        var shard = new ShardId("s1");
        ulong[] all =
        [
            RoleDigest.Of(shard, ShardRole.Active, new Revision(5)),
            RoleDigest.Of(shard, ShardRole.Active, new Revision(6)),
            RoleDigest.Of(shard, ShardRole.Standby, new Revision(5)),
            RoleDigest.Of(new ShardId("s2"), ShardRole.Active, new Revision(5)),
        ];
        all.Distinct().Count().ShouldBe(4);
        RoleDigest.Of(shard, ShardRole.None, new Revision(5)).ShouldBe(RoleDigest.Empty);
    }
}
