using Divvy.Rpc.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Rpc.Tests.Protocol;

public sealed class MetadataHeadersTests
{
    [Fact]
    public void ToWire_Bytes_HaveNoPaddingAndComeBack() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            var metadata = RpcMetadata.Empty.With("x-bin", bytes);
            var wire = MetadataHeaders.ToWire("x-bin", metadata.Get("x-bin")!);
            wire.ShouldNotContain("=");
            RpcMetadata.Empty.With("x-bin", wire).GetBytes("x-bin").ShouldBe(bytes);
            metadata.GetBytes("X-Bin").ShouldBe(bytes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ToWire_Text_StaysAsItIs() => MetadataHeaders.ToWire("token", "a==").ShouldBe("a==");

    [Fact]
    public void AddFromWire_JoinedBytes_AreSeveralValues()
    {
        var entries = new List<KeyValuePair<string, string>>();
        MetadataHeaders.AddFromWire(entries, "x-bin", "AQI, AwQ=,");
        MetadataHeaders.AddFromWire(entries, "text", "a, b");
        entries.Select(entry => entry.Value).ShouldBe(["AQI", "AwQ=", "", "a, b"]);
    }

    [Theory]
    [InlineData("grpc-status")]
    [InlineData("Grpc-Anything")]
    [InlineData(":path")]
    [InlineData("content-type")]
    [InlineData("TE")]
    [InlineData("user-agent")]
    [InlineData("")]
    public void IsReserved_NamesOfTheProtocol_Are(string name) => MetadataHeaders.IsReserved(name).ShouldBeTrue();

    [Theory]
    [InlineData("authorization")]
    [InlineData("token")]
    [InlineData("traceparent")]
    public void IsReserved_NamesOfTheCaller_AreNot(string name) => MetadataHeaders.IsReserved(name).ShouldBeFalse();
}
