namespace Divvy.Rpc.Tests;

/// <summary>Waits that end, and that say what was missing when they end badly.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task For(SemaphoreSlim signal, string what)
    {
        if (!await signal.WaitAsync(Limit))
            throw new TimeoutException($"missing after {Limit.TotalSeconds} s: {what}");
    }

    public static async Task Until(Func<bool> condition, string what)
    {
        var deadline = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (!condition())
        {
            if (Environment.TickCount64 > deadline)
                throw new TimeoutException($"missing after {Limit.TotalSeconds} s: {what}");
            await Task.Delay(5);
        }
    }

    public static async Task<T> Or<T>(Task<T> task, string what)
    {
        if (await Task.WhenAny(task, Task.Delay(Limit)) != task)
            throw new TimeoutException($"missing after {Limit.TotalSeconds} s: {what}");
        return await task;
    }

    public static async Task<RpcException> Failure<T>(ValueTask<T> call, string what)
    {
        try
        {
            await Or(call.AsTask(), what);
        }
        catch (RpcException exception)
        {
            return exception;
        }

        throw new ShouldAssertException($"{what} did not fail");
    }
}
