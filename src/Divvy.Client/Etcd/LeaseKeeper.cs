using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Client.Etcd;

/// <summary>Keeps a lease alive, and knows when it can no longer be relied on.</summary>
/// <remarks>
/// The store counts a lease's time from when it handles a renewal; the keeper counts from when it sent it, by its own
/// clock, so it always gives up first. It renews at a third of the time to live, which leaves room for two failures. A
/// renewal acknowledged after the deadline does not revive the lease: whoever watched <see cref="Lost"/> has already
/// acted. A process that was paused may run for an instant after the deadline and before the timer fires; code that
/// must not act then checks <see cref="IsAlive"/>, which looks at the clock. Clocks that run at different rates are for
/// the user to provide for with a margin. Thread-safe.
/// </remarks>
public sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly IEtcdClient client;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly ITimer deadlineTimer;
    private readonly Task renewing;
    private long renewedAt;
    private TimeSpan granted;
    private bool ended;

    private LeaseKeeper(
        IEtcdClient client, LeaseGrant lease, long sentAt, TimeProvider timeProvider, ILogger logger)
    {
        (this.client, this.timeProvider, this.logger) = (client, timeProvider, logger);
        (LeaseId, Ttl, renewedAt, granted) = (lease.Id, lease.Ttl, sentAt, lease.Ttl);
        deadlineTimer = timeProvider.CreateTimer(
            _ => CheckDeadline(), null, NotNegative(TimeLeftLocked()), Timeout.InfiniteTimeSpan);
        renewing = RenewAsync();
    }

    public long LeaseId { get; }

    /// <summary>The time to live that the store granted.</summary>
    public TimeSpan Ttl { get; }

    /// <summary>Cancelled once, when the lease can no longer be relied on: the store does not know it, its deadline has
    /// passed, or the keeper was disposed.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>True while the deadline lies ahead; looks at the clock.</summary>
    public bool IsAlive => TimeLeft > TimeSpan.Zero;

    /// <summary>Time until the deadline; zero when the lease is lost.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            lock (gate)
                return ended ? TimeSpan.Zero : NotNegative(TimeLeftLocked());
        }
    }

    /// <summary>Grants a lease and starts to keep it.</summary>
    public static async Task<LeaseKeeper> GrantAsync(
        IEtcdClient client,
        TimeSpan ttl,
        TimeProvider? timeProvider = null,
        ILogger? logger = null,
        CancellationToken cancellationToken = default)
    {
        timeProvider ??= TimeProvider.System;
        var sentAt = timeProvider.GetTimestamp();
        var lease = await client.GrantAsync(ttl, 0, cancellationToken).ConfigureAwait(false);
        return new LeaseKeeper(client, lease, sentAt, timeProvider, logger ?? NullLogger.Instance);
    }

    /// <summary>Stops renewing, cancels <see cref="Lost"/>, then revokes the lease, so that its keys vanish at once and
    /// not while somebody still relies on them. If the store cannot be reached the lease expires by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var wasAlive = End();
        await deadlineTimer.DisposeAsync().ConfigureAwait(false);
        if (wasAlive)
        {
            try
            {
                await client.RevokeAsync(LeaseId, CancellationToken.None).ConfigureAwait(false);
            }
            catch (EtcdException failure)
            {
                logger.RevocationFailed(LeaseId, failure.Message);
            }
        }
        stopping.Dispose();
    }

    private async Task RenewAsync()
    {
        var interval = Ttl / 3;
        var pause = interval;
        while (IsAlive)
        {
            await Task.Delay(pause, timeProvider, stopping.Token).ConfigureAwait(false);
            var sentAt = timeProvider.GetTimestamp();
            try
            {
                var left = await client.KeepAliveOnceAsync(LeaseId, stopping.Token).ConfigureAwait(false);
                if (left is null)
                    Lose("the store does not know it any more");
                else
                    Extend(sentAt, left.Value);
                pause = interval;
            }
            catch (EtcdException failure)
            {
                logger.RenewalFailed(LeaseId, TimeLeft, failure.Message);
                pause = interval / 4;
            }
        }
    }

    private void Extend(long sentAt, TimeSpan left)
    {
        lock (gate)
        {
            if (ended || TimeLeftLocked() <= TimeSpan.Zero)
                return;
            (renewedAt, granted) = (sentAt, left);
            deadlineTimer.Change(NotNegative(TimeLeftLocked()), Timeout.InfiniteTimeSpan);
        }
    }

    private void CheckDeadline()
    {
        lock (gate)
        {
            var left = TimeLeftLocked();
            if (!ended && left > TimeSpan.Zero)
            {
                // A renewal moved the deadline while the timer was firing.
                deadlineTimer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }
        }
        Lose("its deadline passed without an acknowledged renewal");
    }

    private void Lose(string reason)
    {
        if (End())
            logger.LeaseLost(LeaseId, reason);
    }

    private bool End()
    {
        lock (gate)
        {
            if (ended)
                return false;
            ended = true;
        }
        lost.Cancel();
        return true;
    }

    private TimeSpan TimeLeftLocked() => granted - timeProvider.GetElapsedTime(renewedAt);

    private static TimeSpan NotNegative(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
