namespace Divvy.Store.Tests.Peers;

/// <summary>Waits for events in real time, and names what did not come.</summary>
internal static class Wait
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(30);

    public static async Task<T> For<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"missing after {limit.TotalSeconds} s: {what}");
        }
    }

    public static async Task For(Task task, string what)
    {
        try
        {
            await task.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"missing after {limit.TotalSeconds} s: {what}");
        }
    }
}
