namespace Divvy.Coordination.Timing;

/// <summary>How long to wait before trying again: doubling from <see cref="First"/> to <see cref="Longest"/>, from the
/// start after a success. One user at a time.</summary>
internal sealed class Backoff(TimeProvider time)
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private TimeSpan next = First;

    public void Reset() => next = First;

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var wait = next;
        next = next * 2 < Longest ? next * 2 : Longest;
        await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
    }
}
