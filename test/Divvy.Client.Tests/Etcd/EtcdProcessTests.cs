using Divvy.TestKit.Etcd;

namespace Divvy.Client.Tests.Etcd;

public sealed class EtcdProcessTests
{
    [EtcdFact]
    public async Task RestartAsync_AfterAPut_KeepsTheDataOnTheSameEndpoint()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await etcd.ControlAsync("put", "a", "1");

        await etcd.RestartAsync();

        (await etcd.ControlAsync("get", "a", "--print-value-only")).ShouldContain("1");
    }
}
