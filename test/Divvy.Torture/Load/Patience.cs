namespace Divvy.Torture.Load;

/// <summary>What a client does after an answer that never came: it waits a little, so that dead members do not make it try
/// thousands of times.</summary>
internal static class Patience
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(20);

    public static async Task PauseAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause, stop);
        }
        catch (OperationCanceledException)
        {
            // The round is over.
        }
    }
}
