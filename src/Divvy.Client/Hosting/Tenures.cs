using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Divvy.Client.Hosting;

/// <summary>The tokens of the shards' stays. A stay that is over, or unknown, has a cancelled token.
/// Thread-safe.</summary>
internal sealed class Tenures(ILogger logger)
{
    private readonly ConcurrentDictionary<long, CancellationTokenSource> live = [];

    public CancellationToken Begin(long tenure) =>
        live.GetOrAdd(tenure, static _ => new CancellationTokenSource()).Token;

    public CancellationToken TokenOf(long tenure) =>
        live.TryGetValue(tenure, out var source) ? source.Token : new CancellationToken(canceled: true);

    /// <summary>Cancels at once; callbacks on the token run elsewhere, because they are the application's.</summary>
    public void End(long tenure)
    {
        if (live.TryRemove(tenure, out var source))
            Cancel(source);
    }

    /// <summary>Cancels at once, without waiting for what the application registered on the token.</summary>
    public void Cancel(CancellationTokenSource source) =>
        source.CancelAsync().ContinueWith(
            task => logger.TokenCallbackFailed(task.Exception!),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
}
