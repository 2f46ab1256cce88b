namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>Waits with a limit, and names what was missing.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"did not happen within {Limit.TotalSeconds} s: {what}");
        }
    }

    public static async Task Within(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"did not happen within {Limit.TotalSeconds} s: {what}");
        }
    }
}
