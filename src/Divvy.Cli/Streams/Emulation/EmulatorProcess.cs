using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Streams.Emulation;

/// <summary>kinesalite and dynalite in one process of node, on loopback, in memory: they end with this program.
/// </summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    private const int PortTaken = 5;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly ChildProcess process;
    private readonly TaskCompletionSource<EmulatorPorts> ready =
        new(TaskCreationOptions.RunContinuationsAsynchronously);


    private EmulatorProcess(string node, EmulatorSettings settings)
    {
        process = ChildProcess.Start(
            "emulators",
            node,
            [
                Path.Combine(settings.Directory, EmulatorFiles.Script),
                "--kinesis-port", settings.KinesisPort.ToString(CultureInfo.InvariantCulture),
                "--dynamodb-port", settings.DynamoDbPort.ToString(CultureInfo.InvariantCulture),
                "--shard-limit", settings.ShardLimit.ToString(CultureInfo.InvariantCulture),
                "--supervised",
            ],
            line =>
            {
                if (EmulatorPorts.TryRead(line) is { } ports)
                    ready.TrySetResult(ports);
            });
    }

    /// <summary>Ends with the exit code.</summary>
    public Task<int> Exited => process.Exited;

    public string Tail => process.Tail;

    /// <summary>The process's id.</summary>
    public int Id => process.Id;

    /// <summary>Installs the emulators if they are not, starts them and waits until they serve.</summary>
    /// <exception cref="CommandException">Node or npm is missing, a port is taken, or they do not start.</exception>
    public static async Task<(EmulatorProcess Process, EmulatorPorts Ports)> StartAsync(
        EmulatorSettings settings, CommandConsole console, CancellationToken stop)
    {
        var (node, npm) = (Find("node", console), Find("npm", console));
        if (node is null || npm is null)
        {
            throw new CommandException(
                ExitCode.Usage,
                $"the emulators need {(node is null ? "node" : "npm")}, which is not on the PATH: install Node.js 18 "
                + "or newer with npm");
        }
        await EmulatorFiles.InstallAsync(settings.Directory, npm, console.Error, stop);
        var emulator = new EmulatorProcess(node, settings);
        try
        {
            return (emulator, await emulator.ReadyAsync(settings, stop));
        }
        catch
        {
            await emulator.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private async Task<EmulatorPorts> ReadyAsync(EmulatorSettings settings, CancellationToken stop)
    {
        try
        {
            await Task.WhenAny(ready.Task, process.Exited).WaitAsync(patience, stop);
        }
        catch (TimeoutException failure)
        {
            throw new CommandException(
                ExitCode.Failed, $"the emulators did not start within {patience.TotalSeconds} s: {Tail}", failure);
        }
        if (ready.Task.IsCompletedSuccessfully)
            return await ready.Task;
        throw await process.Exited == PortTaken
            ? new CommandException(
                ExitCode.Conflict,
                $"port {settings.KinesisPort} or {settings.DynamoDbPort} is in use: choose others by --kinesis-port "
                + "and --dynamodb-port (0: free ones)")
            : new CommandException(ExitCode.Failed, $"the emulators ended at once: {Tail}");
    }

    private static string? Find(string program, CommandConsole console) =>
        (console.Variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
