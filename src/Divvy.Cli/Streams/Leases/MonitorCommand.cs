using System.CommandLine;
using Divvy.Cli.Output;
using Spectre.Console;

namespace Divvy.Cli.Streams.Leases;

/// <summary><c>divvy stream monitor</c>.</summary>
internal static class MonitorCommand
{
    private static readonly TimeSpan period = TimeSpan.FromSeconds(1);

    public static Command Create(LeaseVerb verb)
    {
        var once = new Option<bool>("--once") { Description = "Look once and end." };
        return verb.Create(
            "monitor",
            "Watch who holds the leases, every second, until Ctrl-C.",
            [once],
            async (call, read, stop) =>
            {
                if (call.Parsed.GetValue(once))
                {
                    Print(call, LeaseDistribution.Of(await read()));
                    return ExitCode.Ok;
                }
                try
                {
                    if (call.Console.IsInteractive && call.Format == OutputFormat.Table)
                        await WatchAsync(read, stop);
                    else
                        await PrintAsync(call, read, stop);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    // Ctrl-C: that is how watching ends.
                }
                return ExitCode.Ok;
            });
    }

    private static Task WatchAsync(
        Func<Task<IReadOnlyList<Core.Streams.StreamLease>>> read, CancellationToken stop) =>
        AnsiConsole.Live(new Text("reading the leases")).StartAsync(async live =>
        {
            while (!stop.IsCancellationRequested)
            {
                live.UpdateTarget(MonitorView.Render(LeaseDistribution.Of(await read())));
                live.Refresh();
                await Task.Delay(period, stop);
            }
        });

    private static async Task PrintAsync(
        StreamCall call, Func<Task<IReadOnlyList<Core.Streams.StreamLease>>> read, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Print(call, LeaseDistribution.Of(await read()));
            await Task.Delay(period, stop);
        }
    }

    private static void Print(StreamCall call, LeaseDistribution leases) => call.Say(
        new
        {
            Total = leases.Unfinished.Count,
            leases.Assigned,
            Unassigned = leases.Unassigned.Select(lease => lease.Key),
            leases.Finished,
            Workers = leases.Workers.ToDictionary(worker => worker.Worker, worker => worker.Count),
            leases.Most,
            leases.Least,
            leases.Imbalance,
            Status = LeaseText.State(leases.State),
        },
        LeaseText.Monitor(leases));
}
