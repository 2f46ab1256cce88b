using Divvy.Cli.Parsing;

namespace Divvy.Cli.Tests.Parsing;

public sealed class AddressTests
{
    [Theory]
    [InlineData("127.0.0.1:2379", "127.0.0.1:2379")]
    [InlineData(":2379", "127.0.0.1:2379")]
    [InlineData("2379", "127.0.0.1:2379")]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("[::1]:80", "[::1]:80")]
    public void ListenAddress_WithAndWithoutHost_IsLoopbackUnlessSaid(string text, string expected)
    {
        ListenAddress.TryParse(text, out var address, out _).ShouldBeTrue();
        address.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com:80")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    public void ListenAddress_Wrong_SaysWhatOneLooksLike(string text)
    {
        ListenAddress.TryParse(text, out _, out var error).ShouldBeFalse();
        error.ShouldContain("HOST:PORT");
    }

    [Theory]
    [InlineData("127.0.0.1:8080", "http://127.0.0.1:8080")]
    [InlineData("http://a:1,https://b:2", "http://a:1,https://b:2")]
    [InlineData("a:1, b:2,", "http://a:1,http://b:2")]
    [InlineData("https://example.com", "https://example.com")]
    public void ServerList_WithAndWithoutScheme_IsAListOfUris(string text, string expected)
    {
        ServerList.TryParse(text, out var list, out _).ShouldBeTrue();
        list.ShouldNotBeNull().ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("localhost")]
    [InlineData("ftp://a:1")]
    [InlineData("a:port")]
    public void ServerList_Wrong_SaysWhatOneLooksLike(string text)
    {
        ServerList.TryParse(text, out _, out var error).ShouldBeFalse();
        error.ShouldContain("HOST:PORT");
    }
}
