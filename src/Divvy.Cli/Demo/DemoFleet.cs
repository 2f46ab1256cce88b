using Divvy.Cli.Journals;
using Divvy.Cli.Logging;
using Divvy.Cli.Output;
using Divvy.Client.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Demo;

/// <summary>The demo instances of one process. They share the channels to the servers, the journal and the
/// log.</summary>
internal sealed class DemoFleet : IAsyncDisposable
{
    private readonly ClientSettings settings;
    private readonly ServiceProvider services;
    private readonly ServerChannels servers;
    private readonly JournalWriter? journal;
    private readonly OwnershipLog ownership;
    private readonly List<DemoInstance> instances;

    public DemoFleet(ClientSettings settings)
    {
        this.settings = settings;
        journal = settings.Journal is null ? null : OpenJournal(settings.Journal);
        services = new ServiceCollection()
            .AddLogging(logging => LogSetup.Configure(logging, settings.LogLevel))
            .BuildServiceProvider();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        Logger = loggers.CreateLogger<DemoFleet>();
        ownership = new OwnershipLog(Logger, TimeProvider.System);
        servers = ServerChannels.Connect(settings.Servers);
        var handler = new DemoHandler(settings.PrepareDelay, settings.YieldDelay);
        try
        {
            instances =
            [
                .. settings.InstanceIds.Select((id, index) =>
                    new DemoInstance(settings, id, settings.FirstPort + index, servers, handler, loggers)),
            ];
        }
        catch (ArgumentException failure)
        {
            throw new CommandException(ExitCode.Usage, failure.Message, failure);
        }
        foreach (var instance in instances)
        {
            if (journal is not null)
                instance.Host.OwnershipChanged += happened => journal.Append(OwnershipJournal.ToEntry(happened));
            instance.Host.OwnershipChanged += ownership.Write;
        }
    }

    public ILogger Logger { get; }

    /// <summary>Starts all, and waits until each has a session.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Logger.Registering(instances.Count, settings.Namespace);
        await Task.WhenAll(instances.Select(instance => instance.StartAsync(cancellationToken)));
        for (var index = 0; index < instances.Count && settings.FirstPort is not null; index++)
            Logger.Serves(instances[index].Id, settings.FirstPort.Value + index);
        Logger.Registered(instances.Count, settings.Namespace);
    }

    /// <summary>Kills the last instance as a crash would.</summary>
    public async Task KillOneAsync()
    {
        var victim = instances[^1];
        instances.Remove(victim);
        Logger.Killing(victim.Id);
        await victim.KillAsync();
        await victim.DisposeAsync();
    }

    /// <summary>Drains all that still live.</summary>
    public async Task DrainAsync()
    {
        Logger.Draining(instances.Count);
        await Task.WhenAll(instances.Select(async instance =>
        {
            await instance.DrainAsync();
            Logger.Drained(instance.Id);
        }));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in instances)
            await instance.DisposeAsync();
        await servers.DisposeAsync();
        ownership.Dispose();
        journal?.Dispose();
        await services.DisposeAsync();
    }

    private static JournalWriter OpenJournal(string path)
    {
        try
        {
            return new JournalWriter(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"cannot write the journal {path}: {failure.Message} Each process needs its own.",
                failure);
        }
    }
}
