using Divvy.Rpc.InProcess;
using Divvy.Rpc.Server;
using Divvy.TestKit;

namespace Divvy.Rpc.Tests.Server;

public sealed class CallLifetimeTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public void Token_AskedFor_IsCancelledAtTheDeadline()
    {
        using var lifetime = new InProcessCallLifetime(time, TimeSpan.FromSeconds(1));
        var token = lifetime.Token;
        time.Advance(TimeSpan.FromMilliseconds(999));
        token.IsCancellationRequested.ShouldBeFalse();
        time.Advance(TimeSpan.FromMilliseconds(1));
        token.IsCancellationRequested.ShouldBeTrue();
        lifetime.Reason.ShouldBe(CancelReason.Deadline);
    }

    [Fact]
    public void Token_AskedForAfterTheDeadline_IsCancelled()
    {
        using var lifetime = new InProcessCallLifetime(time, TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        lifetime.Token.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void Token_AskedForAfterACancel_IsCancelled()
    {
        using var lifetime = new InProcessCallLifetime(time, null);
        lifetime.Cancel(CancelReason.ClientGone);
        lifetime.Token.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void Token_AskedForAfterTheEnd_WatchesNothing()
    {
        var lifetime = new CountingLifetime(time);
        lifetime.Dispose();
        lifetime.Token.IsCancellationRequested.ShouldBeFalse();
        lifetime.Registered.ShouldBe(0);
    }

    [Fact]
    public void Token_NotAskedFor_WatchesNothing()
    {
        using var lifetime = new CountingLifetime(time);
        lifetime.ThrowIfCancelled();
        lifetime.Registered.ShouldBe(0);
    }

    [Fact]
    public void Token_AskedForTwice_WatchesOnceAndStopsOnce()
    {
        var lifetime = new CountingLifetime(time);
        lifetime.Token.ShouldBe(lifetime.Token);
        lifetime.Registered.ShouldBe(1);
        lifetime.Dispose();
        lifetime.Dispose();
        lifetime.Registered.ShouldBe(0);
    }

    [Fact]
    public void ThrowIfCancelled_DeadlineThatNobodyWatched_ThrowsAllTheSame()
    {
        using var lifetime = new InProcessCallLifetime(time, TimeSpan.FromSeconds(1));
        lifetime.ThrowIfCancelled();
        time.Advance(TimeSpan.FromSeconds(1));
        Should.Throw<OperationCanceledException>(lifetime.ThrowIfCancelled);
        lifetime.StatusOfCancel().Code.ShouldBe(RpcStatusCode.DeadlineExceeded);
    }

    private sealed class CountingLifetime(TimeProvider time) : CallLifetime(time, null)
    {
        public int Registered { get; private set; }

        protected override void Register() => Registered++;

        protected override void Unregister() => Registered--;
    }
}
