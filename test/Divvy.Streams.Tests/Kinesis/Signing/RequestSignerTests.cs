using System.Globalization;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;
using Divvy.Streams.Kinesis.Signing;

namespace Divvy.Streams.Tests.Kinesis.Signing;

public sealed class RequestSignerTests
{
    private static readonly ImmutableCredentials published =
        new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);

    private static readonly DateTimeOffset publishedTime = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Fact]
    public void Key_PublishedExample_IsThePublishedKey() =>
        Convert.ToHexStringLower(new RequestSigner("us-east-1", "iam").Key(published.SecretKey, "20150830"))
            .ShouldBe("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");

    [Fact]
    public void Authorize_PublishedGet_IsThePublishedSignature()
    {
        var request = new SignableRequest(
            "GET",
            "/",
            "Action=ListUsers&Version=2010-05-08",
            [
                new("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
                new("host", "iam.amazonaws.com"),
                new("x-amz-date", "20150830T123600Z"),
            ],
            ReadOnlyMemory<byte>.Empty);

        new RequestSigner("us-east-1", "iam").Authorize(request, published, publishedTime).ShouldBe(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            + "SignedHeaders=content-type;host;x-amz-date, "
            + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    [Theory]
    [InlineData("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    public void Authorize_PublishedTestSuite_IsThePublishedSignature(string method, string signature)
    {
        var request = new SignableRequest(
            method,
            "/",
            "",
            [new("host", "example.amazonaws.com"), new("x-amz-date", "20150830T123600Z")],
            ReadOnlyMemory<byte>.Empty);

        new RequestSigner("us-east-1", "service").Authorize(request, published, publishedTime)
            .ShouldEndWith($"Signature={signature}");
    }

    [Fact]
    public void Authorize_ManyDaysSecretsAndBodies_AgreesWithTheSdk()
    {
        var random = new Random(7);
        var signer = new RequestSigner("eu-west-3", "kinesis");
        for (var round = 0; round < 100; round++)
        {
            var credentials = new ImmutableCredentials("AKIDEXAMPLE", $"secret-{random.Next(3)}", null);
            var time = publishedTime.AddHours(random.Next(72));
            var stamp = time.UtcDateTime.ToString(RequestSigner.TimeFormat, CultureInfo.InvariantCulture);
            var body = new byte[random.Next(300)];
            random.NextBytes(body);
            List<KeyValuePair<string, string>> headers =
                [new("host", "h"), new("x-amz-date", stamp), new("x-amz-target", "Kinesis_20131202.GetRecords")];

            var ours = signer.Authorize(new SignableRequest("POST", "/", "", headers, body), credentials, time);

            var canonical = $"POST\n/\n\nhost:h\nx-amz-date:{stamp}\nx-amz-target:Kinesis_20131202.GetRecords\n\n"
                + $"host;x-amz-date;x-amz-target\n{Convert.ToHexStringLower(AWS4Signer.ComputeHash(body))}";
            var theirs = AWS4Signer.ComputeSignature(
                credentials,
                "eu-west-3",
                time.UtcDateTime,
                "kinesis",
                "host;x-amz-date;x-amz-target",
                canonical);
            ours.ShouldEndWith($"Signature={theirs.Signature}");
        }
    }
}
