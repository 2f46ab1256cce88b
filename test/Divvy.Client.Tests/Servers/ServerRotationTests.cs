using Divvy.Client.Servers;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;

namespace Divvy.Client.Tests.Servers;

public sealed class ServerRotationTests
{
    private static readonly TimeSpan Lowest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Highest = TimeSpan.FromMilliseconds(400);

    [Fact]
    public void MoveOn_ServersNotTriedYet_AreTriedAtOnce()
    {
        var rotation = Rotation(servers: 3);
        var first = rotation.Current;
        rotation.MoveOn().ShouldBe(TimeSpan.Zero);
        rotation.Current.ShouldNotBe(first);
        rotation.MoveOn().ShouldBe(TimeSpan.Zero);
        rotation.MoveOn().ShouldBeInRange(Lowest / 2, Lowest);
        rotation.Current.ShouldBe(first);
    }

    [Fact]
    public void MoveOn_RoundAfterRound_PausesLongerUpToTheLimit()
    {
        var rotation = Rotation(servers: 1);
        for (var round = 0; round < 10; round++)
            rotation.MoveOn().ShouldBeLessThanOrEqualTo(Highest);
        rotation.MoveOn().ShouldBeGreaterThanOrEqualTo(Highest / 2);
        rotation.Succeeded();
        rotation.MoveOn().ShouldBeLessThanOrEqualTo(Lowest);
    }

    [Fact]
    public void MoveOnFromAll_SomeNotTriedYet_PausesAsAfterARound()
    {
        var rotation = Rotation(servers: 3);
        rotation.MoveOnFromAll().ShouldBeInRange(Lowest / 2, Lowest);
        rotation.MoveOnFromAll().ShouldBeInRange(Lowest, 2 * Lowest);
        rotation.MoveOn().ShouldBe(TimeSpan.Zero);
        rotation.MoveOnFromAll().ShouldBeInRange(Highest / 2, Highest);
    }

    private static ServerRotation Rotation(int servers)
    {
        var channels = Enumerable.Range(0, servers).Select(_ => (IRpcChannel)new InProcessChannel(new RpcServices()));
        return new ServerRotation(new ServerChannels([.. channels]), Lowest, Highest, Random.Shared);
    }
}
