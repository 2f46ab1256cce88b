using Divvy.Client.Etcd;

namespace Divvy.Client.Tests.Etcd;

public sealed class EtcdEndpointsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:2379", "http://127.0.0.1:2379/")]
    [InlineData("127.0.0.1:12379", "http://127.0.0.1:12379/")]
    [InlineData("etcd-1", "http://etcd-1:2379/")]
    [InlineData("https://etcd-1", "https://etcd-1:2379/")]
    [InlineData("http://etcd-1:80/", "http://etcd-1/")]
    [InlineData("[::1]", "http://[::1]:2379/")]
    [InlineData("https://[::1]:2380", "https://[::1]:2380/")]
    [InlineData(" a:1 ,, b:2,a:1", "http://a:1/ http://b:2/")]
    public void Parse_GoodLists_FillInSchemeAndPort(string list, string expected) =>
        string.Join(' ', EtcdEndpoints.Parse(list)).ShouldBe(expected);

    [Theory]
    [InlineData("", "no etcd endpoint is given")]
    [InlineData(" , ", "no etcd endpoint is given")]
    [InlineData("ftp://a:1", "'ftp://a:1' is not an etcd endpoint: its scheme is ftp")]
    [InlineData("a:1,http://b:1/v3", "'http://b:1/v3' is not an etcd endpoint: it has a path")]
    [InlineData("http://root:pw@a:1", "it has a user in it")]
    [InlineData("a:port", "'a:port' is not an etcd endpoint")]
    public void Parse_BadEntry_IsNamedWithTheReason(string list, string expected) =>
        Should.Throw<FormatException>(() => EtcdEndpoints.Parse(list)).Message.ShouldContain(expected);
}
