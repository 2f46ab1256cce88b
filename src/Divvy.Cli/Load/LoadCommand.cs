using System.CommandLine;
using Divvy.Cli.Admin;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;
using Divvy.Client.Http;
using Divvy.Client.Routing;
using Divvy.Client.Servers;
using Spectre.Console;

namespace Divvy.Cli.Load;

/// <summary><c>divvy load</c>.</summary>
internal static class LoadCommand
{
    private static readonly TimeSpan TableTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    public static Command Create(CommandConsole console)
    {
        var servers = ServerListOption.Create();
        var space = new Option<string>("--namespace", "-n")
        {
            Description = "The namespace.",
            HelpName = "NAME",
            DefaultValueFactory = _ => AdminVerb.DefaultNamespace,
        };
        var rps = TypedOption.Number("--rps", 100, 1, 100_000, "Requests per second.");
        var duration = TypedOption.Duration("--duration", Duration.Seconds(10), "For how long.");
        var warmUp = TypedOption.Duration(
            "--warm-up", default, "How long at the start latencies and gaps do not count; failures always do.");
        var keys = TypedOption.Number("--keys", 10_000, 1, int.MaxValue, "How many different keys.");
        var timeout = TypedOption.Duration(
            "--timeout", Duration.Seconds(10), "A request without an answer by then, retries included, has failed.");
        var profile = new Option<string>("--profile")
        {
            Description = "How often each key is asked for: uniform, all the same.",
            HelpName = "uniform",
            DefaultValueFactory = _ => "uniform",
        }.AcceptOnlyFromAmong("uniform");
        var format = OutputOption.Create();
        var supervised = SupervisedOption.Create();
        var command = new Command("load", "Send requests through the router; exit code 1 if one failed.")
        {
            servers, space, rps, duration, warmUp, keys, timeout, profile, format, supervised,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new LoadSettings
            {
                RequestsPerSecond = parsed.GetValue(rps),
                Duration = parsed.GetValue(duration).Value,
                WarmUp = parsed.GetValue(warmUp).Value,
                Keys = parsed.GetValue(keys),
                Timeout = parsed.GetValue(timeout).Value,
            };
            using var stop = new StopSignal(parsed.GetValue(supervised), cancellationToken);
            var report = await RunAsync(
                console,
                settings,
                ServerListOption.Read(parsed.GetValue(servers), console),
                parsed.GetRequiredValue(space),
                parsed.GetValue(format),
                stop.Token);
            if (parsed.GetValue(format) == OutputFormat.Json)
                console.WriteJson(report);
            else
                LoadPrinter.Print(console.Output, report);
            return (int)(report.Failed == 0 ? ExitCode.Ok : ExitCode.Failed);
        });
        return command;
    }

    private static async Task<LoadReport> RunAsync(
        CommandConsole console,
        LoadSettings settings,
        IReadOnlyList<Uri> servers,
        string space,
        OutputFormat format,
        CancellationToken stop)
    {
        await using var channels = ServerChannels.Connect(servers);
        await using var router = Router(new ShardRouterOptions { Namespace = space, Servers = [.. servers] }, channels);
        router.Start();
        await WaitForTableAsync(router, servers, stop);
        using var client = new HttpClient(new ShardRoutingHandler(router) { InnerHandler = Connections() })
        {
            BaseAddress = new Uri("http://shards/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var recorder = new LoadRecorder(settings.WarmUp);
        var runner = new LoadRunner(
            settings, client, key => router.Find(key)?.Shard.Value, recorder, TimeProvider.System);
        var running = runner.RunAsync(stop);
        if (console.IsInteractive && format == OutputFormat.Table)
            await ShowAsync(recorder, runner.Total, running);
        return recorder.Report(await running);
    }

    private static ShardRouter Router(ShardRouterOptions options, ServerChannels channels)
    {
        try
        {
            return new ShardRouter(options, channels);
        }
        catch (ArgumentException failure)
        {
            throw new CommandException(ExitCode.Usage, failure.Message, failure);
        }
    }

    private static SocketsHttpHandler Connections() => new()
    {
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
    };

    private static async Task WaitForTableAsync(ShardRouter router, IReadOnlyList<Uri> servers, CancellationToken stop)
    {
        try
        {
            await router.WaitForTableAsync(stop).WaitAsync(TableTimeout, CancellationToken.None);
        }
        catch (TimeoutException failure)
        {
            throw new CommandException(
                ExitCode.Unreachable,
                $"no routing table of {router.Namespace} came from {string.Join(", ", servers)} within "
                    + $"{TableTimeout.TotalSeconds:0} s. Does the namespace exist ('divvy ns list')?",
                failure);
        }
    }

    private static Task ShowAsync(LoadRecorder recorder, long total, Task running) =>
        AnsiConsole.Progress().StartAsync(async context =>
        {
            var task = context.AddTask("requests", maxValue: total);
            while (!running.IsCompleted)
            {
                var (ended, failed) = recorder.Progress;
                task.Value = ended;
                task.Description = $"{ended} requests, {failed} failed";
                await Task.WhenAny(running, Task.Delay(Refresh));
            }
        });
}
