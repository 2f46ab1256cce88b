using Divvy.Cli.Parsing;

namespace Divvy.Cli.Tests.Parsing;

public sealed class DurationTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("500ms", 500)]
    [InlineData("1m", 60_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h2m3s4ms", 3_723_004)]
    [InlineData("1.5s", 1_500)]
    [InlineData("0s", 0)]
    public void TryParse_NumbersWithUnits_AddsThemUp(string text, double milliseconds)
    {
        Duration.TryParse(text, out var duration, out _).ShouldBeTrue();
        duration.Value.TotalMilliseconds.ShouldBe(milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("10 s")]
    [InlineData("10x")]
    [InlineData("1..5s")]
    [InlineData("ten seconds")]
    public void TryParse_AnythingElse_SaysWhatADurationLooksLike(string text)
    {
        Duration.TryParse(text, out _, out var error).ShouldBeFalse();
        error.ShouldContain($"'{text}'");
        error.ShouldContain("500ms");
    }

    [Fact]
    public void TryParse_LongerThanAMonth_SaysTheLimit()
    {
        Duration.TryParse("9000h", out _, out var error).ShouldBeFalse();
        error.ShouldContain("31 days");
    }

    [Theory]
    [InlineData("10s")]
    [InlineData("500ms")]
    [InlineData("1m30s")]
    [InlineData("2h")]
    [InlineData("0s")]
    public void ToString_ShortForms_ReadBackTheSame(string text)
    {
        Duration.TryParse(text, out var duration, out _).ShouldBeTrue();
        duration.ToString().ShouldBe(text);
    }
}
