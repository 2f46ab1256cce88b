using System.Net;
using Divvy.Rpc.Protocol;

namespace Divvy.Rpc.Tests.Protocol;

public sealed class StatusMappingTests
{
    [Theory]
    [InlineData(200, RpcStatusCode.Unknown)]
    [InlineData(400, RpcStatusCode.Internal)]
    [InlineData(401, RpcStatusCode.Unauthenticated)]
    [InlineData(403, RpcStatusCode.PermissionDenied)]
    [InlineData(404, RpcStatusCode.Unimplemented)]
    [InlineData(415, RpcStatusCode.Unknown)]
    [InlineData(429, RpcStatusCode.Unavailable)]
    [InlineData(500, RpcStatusCode.Unknown)]
    [InlineData(502, RpcStatusCode.Unavailable)]
    [InlineData(503, RpcStatusCode.Unavailable)]
    [InlineData(504, RpcStatusCode.Unavailable)]
    public void FromHttpStatus_EachStatus_IsThatOfTheSpecification(int status, RpcStatusCode code) =>
        StatusMapping.FromHttpStatus((HttpStatusCode)status).ShouldBe(code);

    [Theory]
    [InlineData(0x0, RpcStatusCode.Internal)]
    [InlineData(0x1, RpcStatusCode.Internal)]
    [InlineData(0x2, RpcStatusCode.Internal)]
    [InlineData(0x3, RpcStatusCode.Internal)]
    [InlineData(0x4, RpcStatusCode.Internal)]
    [InlineData(0x5, RpcStatusCode.Unknown)]
    [InlineData(0x6, RpcStatusCode.Internal)]
    [InlineData(0x7, RpcStatusCode.Unavailable)]
    [InlineData(0x8, RpcStatusCode.Cancelled)]
    [InlineData(0x9, RpcStatusCode.Internal)]
    [InlineData(0xA, RpcStatusCode.Internal)]
    [InlineData(0xB, RpcStatusCode.ResourceExhausted)]
    [InlineData(0xC, RpcStatusCode.PermissionDenied)]
    [InlineData(0xD, RpcStatusCode.Unknown)]
    public void FromHttp2Error_EachError_IsThatOfTheSpecification(long error, RpcStatusCode code) =>
        StatusMapping.FromHttp2Error(error).ShouldBe(code);

    [Theory]
    [InlineData("0", RpcStatusCode.OK)]
    [InlineData("16", RpcStatusCode.Unauthenticated)]
    [InlineData("17", RpcStatusCode.Unknown)]
    [InlineData("-1", RpcStatusCode.Unknown)]
    [InlineData("ok", RpcStatusCode.Unknown)]
    [InlineData("", RpcStatusCode.Unknown)]
    public void FromHeader_Text_IsItsCodeOrUnknown(string text, RpcStatusCode code) =>
        StatusMapping.FromHeader(text).ShouldBe(code);

    [Fact]
    public void ToHeader_EachCode_ComesBack()
    {
        foreach (var code in Enum.GetValues<RpcStatusCode>())
            StatusMapping.FromHeader(StatusMapping.ToHeader(code)).ShouldBe(code);
    }
}
