using System.Text;
using Divvy.Streams.Kinesis.Calls;
using Divvy.Streams.Kinesis.Retrying;

namespace Divvy.Streams.Tests.Kinesis.Calls;

public sealed class ServiceErrorTests
{
    [Theory]
    [InlineData("ResourceNotFoundException")]
    [InlineData("com.amazonaws.kinesis.v20131202#ResourceNotFoundException")]
    [InlineData("ResourceNotFoundException:http://internal.amazon.com/coral/com.amazonaws.kinesis/")]
    [InlineData("com.amazonaws.kinesis.v20131202#ResourceNotFoundException:http://a/b#c")]
    public void FromAnswer_TypeWithAndWithoutNamespace_IsTheBareName(string type)
    {
        From(400, $$"""{"__type":"{{type}}","message":"gone"}""").Type.ShouldBe("ResourceNotFoundException");
        ServiceError.FromAnswer(400, type, "{}"u8, null).Type.ShouldBe("ResourceNotFoundException");
    }

    [Theory]
    [InlineData("message")]
    [InlineData("Message")]
    public void FromAnswer_EitherSpelling_IsTheMessage(string name) =>
        From(400, $$"""{"__type":"X","{{name}}":"why"}""").Message.ShouldBe("why");

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("null")]
    public void FromAnswer_NoJson_SaysTheStatus(string body)
    {
        var error = From(503, body);
        error.Message.ShouldBe("HTTP 503");
        error.Kind.ShouldBe(FailureKind.Transient);
    }

    [Theory]
    [InlineData(400, "ProvisionedThroughputExceededException", "", FailureKind.Throttled)]
    [InlineData(400, "LimitExceededException", "Rate exceeded", FailureKind.Throttled)]
    [InlineData(400, "LimitExceededException", "This request would exceed the shard limit", FailureKind.Final)]
    [InlineData(429, "", "", FailureKind.Throttled)]
    [InlineData(500, "InternalFailure", "", FailureKind.Transient)]
    [InlineData(400, "ExpiredTokenException", "", FailureKind.CredentialsExpired)]
    [InlineData(400, "InvalidSignatureException", "", FailureKind.Final)]
    [InlineData(400, "ResourceInUseException", "", FailureKind.Final)]
    public void FromAnswer_EachError_HasItsKind(int status, string type, string message, object kind) =>
        From(status, $$"""{"__type":"{{type}}","message":"{{message}}"}""").Kind.ShouldBe(kind);

    [Theory]
    [InlineData(600, FailureKind.ClockSkewed)]
    [InlineData(-600, FailureKind.ClockSkewed)]
    [InlineData(30, FailureKind.Final)]
    public void FromAnswer_SignatureRefused_IsAboutTheClockOnlyIfItDiffers(int seconds, object kind) =>
        ServiceError.FromAnswer(
            403,
            null,
            """{"__type":"InvalidSignatureException"}"""u8,
            TimeSpan.FromSeconds(seconds)).Kind.ShouldBe(kind);

    private static ServiceError From(int status, string body) =>
        ServiceError.FromAnswer(status, null, Encoding.UTF8.GetBytes(body), null);
}
