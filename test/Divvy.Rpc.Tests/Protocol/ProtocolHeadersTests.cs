using Divvy.Rpc.Protocol;

namespace Divvy.Rpc.Tests.Protocol;

public sealed class ProtocolHeadersTests
{
    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("application/grpc; charset=utf-8", true)]
    [InlineData("Application/GRPC", true)]
    [InlineData("application/grpc+json", false)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/grpcx", false)]
    [InlineData("application/json", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void IsGrpc_ContentType_OnlyThisProtocolWithThisCodec(string? contentType, bool expected) =>
        ProtocolHeaders.IsGrpc(contentType).ShouldBe(expected);
}
