using Divvy.Streams.Kinesis.Retrying;

namespace Divvy.Streams.Tests.Kinesis.Retrying;

public sealed class RetryPolicyTests
{
    private readonly RetryOptions options = new();

    [Fact]
    public void Failed_Transient_DrawsFromZeroUpToTwiceAsMuchEachTime()
    {
        for (var attempt = 1; attempt < options.MaxAttempts; attempt++)
        {
            var longest = options.BaseDelay * Math.Pow(2, attempt - 1);
            longest = longest > options.MaxDelay ? options.MaxDelay : longest;
            var delays = Draw(FailureKind.Transient, attempt);
            delays.Max().ShouldBeInRange(longest * 0.9, longest);
            delays.Min().ShouldBeLessThan(longest * 0.1);
        }
    }

    [Fact]
    public void Failed_Throttled_WaitsHalfAtLeastAndLongerUnderPressure()
    {
        var policy = new RetryPolicy(options, new Random(1));

        policy.Failed(FailureKind.Throttled, 1, TimeSpan.Zero)!.Value
            .ShouldBeInRange(options.BaseDelay, options.BaseDelay * 2);
        for (var call = 0; call < 10; call++)
            policy.Failed(FailureKind.Throttled, 1, TimeSpan.Zero);

        policy.Pressure.ShouldBe(RetryPolicy.MaxPressure);
        policy.Failed(FailureKind.Throttled, 1, TimeSpan.Zero)!.Value
            .ShouldBeInRange(options.BaseDelay * 8, options.BaseDelay * 16);
        policy.Failed(FailureKind.Transient, 1, TimeSpan.Zero)!.Value.ShouldBeLessThan(options.BaseDelay);
    }

    [Fact]
    public void Succeeded_AfterThrottling_EasesSlowlyToNone()
    {
        var policy = new RetryPolicy(options, new Random(1));
        policy.Failed(FailureKind.Throttled, 1, TimeSpan.Zero);

        policy.Succeeded();
        policy.Pressure.ShouldBeInRange(1.5, 2);
        for (var call = 0; call < 100; call++)
            policy.Succeeded();
        policy.Pressure.ShouldBe(1);
    }

    [Fact]
    public void Failed_FinalOrTooOftenOrTooLong_GivesUp()
    {
        var policy = new RetryPolicy(options, new Random(1));

        policy.Failed(FailureKind.Final, 1, TimeSpan.Zero).ShouldBeNull();
        policy.Failed(FailureKind.Transient, options.MaxAttempts, TimeSpan.Zero).ShouldBeNull();
        policy.Failed(FailureKind.Transient, 1, options.GiveUpAfter).ShouldBeNull();
        policy.Failed(FailureKind.ClockSkewed, 1, TimeSpan.Zero).ShouldBe(TimeSpan.Zero);
        policy.Failed(FailureKind.CredentialsExpired, 1, TimeSpan.Zero).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Failed_SameSeed_GivesTheSamePauses() =>
        Draw(FailureKind.Transient, 3).ShouldBe(Draw(FailureKind.Transient, 3));

    private List<TimeSpan> Draw(FailureKind kind, int attempt)
    {
        var policy = new RetryPolicy(options, new Random(attempt));
        return [.. Enumerable.Range(0, 200).Select(_ => policy.Failed(kind, attempt, TimeSpan.Zero)!.Value)];
    }
}
