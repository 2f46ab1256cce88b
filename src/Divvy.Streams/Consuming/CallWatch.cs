namespace Divvy.Streams.Consuming;

/// <summary>Waits for calls into the application and says so when one takes too long or does not heed its token. It
/// never gives up on a call: whoever did that would have two at work.</summary>
internal sealed class CallWatch(
    TimeSpan limit, TimeSpan grace, TimeProvider time, Action<ReportKind, string, TimeSpan> report)
{
    /// <summary>Runs the call on another thread, because it may block one; throws what it throws.</summary>
    /// <param name="name">Of the call, for reports.</param>
    /// <param name="start">The call.</param>
    /// <param name="cancellationToken">What the call is given.</param>
    public async Task RunAsync(string name, Func<CancellationToken, Task> start, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var call = Task.Run(() => start(cancellationToken), CancellationToken.None);
        while (!call.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            if (!await EndsAsync(call, limit, cancellationToken).ConfigureAwait(false)
                && !cancellationToken.IsCancellationRequested)
                report(ReportKind.ProcessorHangs, name, time.GetElapsedTime(began));
        }
        while (!call.IsCompleted)
        {
            if (!await EndsAsync(call, grace, CancellationToken.None).ConfigureAwait(false))
                report(ReportKind.CancellationIgnored, name, time.GetElapsedTime(began));
        }
        await call.ConfigureAwait(false);
    }

    private async Task<bool> EndsAsync(Task call, TimeSpan within, CancellationToken cancellationToken)
    {
        try
        {
            await call.WaitAsync(within, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception) when (call.IsCompleted)
        {
            return true;
        }
        catch (Exception waited) when (waited is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
