using Divvy.Streams.Leases.Table;

namespace Divvy.Streams.Tests.Leases.Table;

public sealed class RepeatedFailureTests
{
    [Fact]
    public void IsDue_FirstChangedAndEveryTenSeconds_IsSaid()
    {
        var failure = new RepeatedFailure();

        failure.IsDue("refused", TimeSpan.Zero).ShouldBeTrue();
        failure.IsDue("refused", TimeSpan.FromSeconds(9.9)).ShouldBeFalse();
        failure.IsDue("refused", TimeSpan.FromSeconds(10)).ShouldBeTrue();
        failure.IsDue("throttled", TimeSpan.FromSeconds(10.1)).ShouldBeTrue();
        failure.IsDue("throttled", TimeSpan.FromSeconds(10.2)).ShouldBeFalse();
    }
}
