using System.Diagnostics;
using System.Net;
using Divvy.Rpc;
using Divvy.Rpc.Listening;
using Divvy.Rpc.Server;
using Divvy.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Divvy.Benchmarks.Rpc;

/// <summary>An embedded store behind a port, in a process of its own, that says what a call costs it: whatever loads it
/// from outside (<c>divvy bench</c>, etcd's benchmark), the processor time and the allocated bytes are the server's
/// alone. Prints a line for each interval in which calls ended. Without the store, what is left is the cost of the
/// transport.</summary>
internal static class StoreServer
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(int port, bool withStore)
    {
        var store = new EmbeddedStore(new EmbeddedStoreOptions());
        var calls = new CallCount();
        var services = new RpcServices { CallEnded = (_, code, _) => calls.Add(code) };
        if (withStore)
            store.MapTo(services);
        else
            FixedAnswers.MapTo(services);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ListenDual(new IPEndPoint(IPAddress.Loopback, port));
        var app = builder.Build();
        app.UseRpc(services);
        await app.StartAsync();
        Console.WriteLine($"pid {Environment.ProcessId} serves {app.Urls.First()}; stop it with Ctrl+C");
        await Task.WhenAny(app.WaitForShutdownAsync(), ReportAsync(calls));
        await app.DisposeAsync();
        await store.DisposeAsync();
    }

    private static async Task ReportAsync(CallCount calls)
    {
        using var process = Process.GetCurrentProcess();
        var last = Sample(process, calls);
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync())
        {
            var now = Sample(process, calls);
            var count = now.Calls - last.Calls;
            if (count > 0)
            {
                Console.WriteLine(
                    $"{count / Interval.TotalSeconds,10:N0} calls/s"
                    + $"{(now.Processor - last.Processor).TotalMicroseconds / count,8:F2} us/call"
                    + $"{(now.Allocated - last.Allocated) / count,8:N0} bytes/call"
                    + $"{now.Failed - last.Failed,8:N0} failed"
                    + $"{(now.Pauses - last.Pauses).TotalMilliseconds,8:F1} ms of GC pauses");
            }

            last = now;
        }
    }

    private static ServerSample Sample(Process process, CallCount calls)
    {
        process.Refresh();
        return new ServerSample(
            calls.Ended,
            calls.Failed,
            process.TotalProcessorTime,
            GC.GetTotalAllocatedBytes(),
            GC.GetTotalPauseDuration());
    }
}
