using System.Threading.Channels;

namespace Divvy.Client.Tests.Servers;

/// <summary>Waits that name what they waited for.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(2);

    public static async Task<T> Get<T>(ChannelReader<T> reader, string what)
    {
        using var late = new CancellationTokenSource(Patience);
        try
        {
            return await reader.ReadAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"there was never {what}");
        }
    }

    public static async Task<T> Within<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"there was never {what}");
        }
    }

    public static async Task Within(Task task, string what)
    {
        try
        {
            await task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"there was never {what}");
        }
    }

    /// <summary>Looks again and again; for states that announce nothing.</summary>
    public static async Task Until(Func<bool> condition, string what)
    {
        using var late = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (late.IsCancellationRequested)
                throw new TimeoutException($"there was never {what}");
            await Task.Delay(LookAgain);
        }
    }
}
