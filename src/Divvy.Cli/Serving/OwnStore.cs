using Divvy.Cli.Output;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Store;
using Divvy.Store.Disk;
using Divvy.Store.Failpoints;
using Divvy.Store.Replication;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Serving;

/// <summary>The embedded store of a server: opened, with its failpoints, and a way into it that only this process
/// has.</summary>
internal sealed class OwnStore : IAsyncDisposable
{
    private readonly IAsyncDisposable? failpoints;

    private OwnStore(EmbeddedStore store, IAsyncDisposable? failpoints)
    {
        Store = store;
        this.failpoints = failpoints;
        var own = new RpcServices();
        store.MapInternalTo(own);
        Channel = new InProcessChannel(own);
    }

    public EmbeddedStore Store { get; }

    /// <summary>Into the store as the process itself, whatever users the store has.</summary>
    public InProcessChannel Channel { get; }

    /// <summary>Opens the store that the settings describe, or makes it, or joins the cluster of others.
    /// <exception cref="CommandException">It cannot be: says why, and what to do.</exception></summary>
    public static async Task<OwnStore> OpenAsync(
        ServerSettings server, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var settings = server.Store;
        var joined = await JoinAsync(settings, cancellationToken);
        var options = settings.ToOptions(server.ClientUrl, server.Tls?.AuthorityPath is not null, joined);
        var store = Open(options, loggers);
        try
        {
            store.Metrics.Rpc.IsExtensive = settings.HasExtensiveMetrics;
            return new OwnStore(store, await FailpointsAsync(settings, options.Failpoints, cancellationToken));
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        if (failpoints is not null)
            await failpoints.DisposeAsync();
    }

    private static async Task<JoinedCluster?> JoinAsync(StoreSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Join is not { } members || EmbeddedStore.HoldsMember(settings.DataDirectory!))
            return null;
        var own = settings.PeerUrls!;
        try
        {
            return await JoinedCluster.AskAsync(
                [.. members.Select(url => url.Url)],
                [.. own.Select(url => url.Url)],
                settings.PeerTls,
                cancellationToken);
        }
        catch (NotAddedException failure)
        {
            throw new CommandException(
                ExitCode.NotFound,
                $"{failure.Message}. Add this member first, with a client URL of the cluster: divvy store members add"
                    + $" {string.Join(',', own)} --endpoints ENDPOINTS. If it was added under another URL, say that"
                    + " one with --peer-url.",
                failure);
        }
        catch (PeerUnavailableException failure)
        {
            throw new CommandException(
                ExitCode.Unreachable,
                $"cannot join: {failure.Message}. --join wants peer URLs, not client URLs.",
                failure);
        }
        catch (InvalidOperationException failure)
        {
            throw new CommandException(ExitCode.NotFound, failure.Message, failure);
        }
    }

    private static EmbeddedStore Open(EmbeddedStoreOptions options, ILoggerFactory loggers)
    {
        try
        {
            return EmbeddedStore.Open(options, loggers: loggers);
        }
        catch (DiskException failure) when (failure.IsInUse)
        {
            throw new CommandException(
                ExitCode.Conflict,
                $"{failure.Message} Stop the other server, or choose another folder with --data-dir.",
                failure);
        }
        catch (IOException failure) when (failure.InnerException is System.Net.Sockets.SocketException)
        {
            throw new CommandException(
                ExitCode.Conflict, $"{failure.Message} (--peers, --peer-url or --peer-listen say where).", failure);
        }
        catch (IOException failure)
        {
            // A disk that failed, or damage; the message names the file and what to do.
            throw new CommandException(ExitCode.Failed, failure.Message, failure);
        }
        catch (ArgumentException failure)
        {
            throw new CommandException(ExitCode.Usage, failure.Message, failure);
        }
        catch (InvalidOperationException failure)
        {
            throw new CommandException(ExitCode.NotFound, failure.Message, failure);
        }
    }

    private static async Task<IAsyncDisposable?> FailpointsAsync(
        StoreSettings settings, FailpointRegistry registry, CancellationToken cancellationToken)
    {
        if (settings.FailpointPresets is { } presets && registry.SetAll(presets) is { Count: > 0 } wrong)
        {
            throw new CommandException(
                ExitCode.Usage,
                $"{StoreOptions.PresetsVariable} sets what is not there, or cannot be read: {string.Join("; ", wrong)}."
                    + $" There are {string.Join(", ", registry.All.Select(point => point.Name))}.");
        }

        return settings.Failpoints is { } address
            ? await FailpointPort.OpenAsync(address, registry, cancellationToken)
            : null;
    }
}
