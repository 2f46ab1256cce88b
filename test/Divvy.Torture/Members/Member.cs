using System.Net;
using Divvy.Client.Etcd;
using Divvy.Rpc;
using Divvy.Rpc.Client;
using Divvy.Rpc.Etcd;
using Divvy.TestKit;
using Divvy.Torture.Targets;

namespace Divvy.Torture.Members;

/// <summary>One member: its process, which is killed and started over and over, and calls to it alone.</summary>
public sealed class Member : IAsyncDisposable
{
    private static readonly RpcCallOptions brief = new() { Timeout = TimeSpan.FromSeconds(5) };
    // Generous: how fast a member lists its failpoints is no promise of its own, and the machine may be busy.
    private static readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60) };

    private readonly MemberCommand command;
    private readonly HttpChannel channel;
    private ChildProcess? process;

    public Member(MemberSettings settings, MemberCommand command)
    {
        Settings = settings;
        this.command = command;
        channel = new HttpChannel(settings.ClientUrl);
        Client = new EtcdClient(new EtcdClientOptions
        {
            Endpoints = [settings.ClientUrl],
            Timeout = TimeSpan.FromSeconds(10),
            BackoffBase = TimeSpan.FromMilliseconds(10),
            BackoffMax = TimeSpan.FromMilliseconds(50),
        });
    }

    public MemberSettings Settings { get; }

    public string Name => Settings.Name;

    /// <summary>A client that talks to this member only.</summary>
    public EtcdClient Client { get; }

    public int ProcessId => process!.Id;

    /// <summary>How often it was started.</summary>
    public int Lives { get; private set; }

    public bool IsRunning => process is { HasExited: false };

    /// <summary>The end of what the process wrote.</summary>
    public string Output => process?.Tail(30) ?? "";

    public async Task StartAsync()
    {
        if (IsRunning)
            return;
        if (process is not null)
            await process.DisposeAsync();
        Lives++;
        process = ChildProcess.Start(command.FileName, command.Arguments, command.Environment);
    }

    /// <summary>SIGKILL; nothing when it is dead already.</summary>
    public Task KillAsync() => IsRunning ? process!.KillAsync() : Task.CompletedTask;

    /// <summary>SIGSTOP: it keeps its connections and says nothing.</summary>
    public void Pause() => process!.Pause();

    /// <summary>SIGCONT.</summary>
    public void Resume() => process!.Resume();

    /// <summary>Waits until the process ends by itself. False: it still runs.</summary>
    public async Task<bool> WaitForExitAsync(TimeSpan timeout)
    {
        try
        {
            await process!.WaitForExitAsync(timeout);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Waits until it answers a linearizable read.
    /// <exception cref="TortureViolation">It ended, or does not come up in time; with the end of its output.</exception>
    /// </summary>
    public async Task WaitUntilServingAsync(TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        var last = "";
        while (!limit.IsCancellationRequested)
        {
            if (!IsRunning)
                throw new TortureViolation($"{Name} ended by itself when it was started again. {Output}");
            try
            {
                await channel.UnaryAsync(
                    EtcdMethods.Range, new RangeRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("health") }, brief,
                    limit.Token);
                return;
            }
            catch (Exception failure) when (failure is RpcException or OperationCanceledException)
            {
                last = failure.Message;
                await Task.Delay(5);
            }
        }

        throw new TortureViolation($"{Name} does not serve within {timeout.TotalSeconds} s ({last}). {Output}");
    }

    public async Task<HashKVResponse> HashAsync(long revision) =>
        await channel.UnaryAsync(EtcdMethods.HashKV, new HashKVRequest { Revision = revision }, brief);

    public async Task DefragmentAsync() =>
        await channel.UnaryAsync(EtcdMethods.Defragment, new DefragmentRequest(), brief);

    /// <summary>Reads a whole snapshot and forgets it.</summary>
    public async Task SnapshotAsync()
    {
        await foreach (var part in channel.ServerStreamAsync(EtcdMethods.Snapshot, new SnapshotRequest(), brief))
            _ = part.Blob.Length;
    }

    /// <summary>The names of its failpoints.</summary>
    public async Task<IReadOnlyList<string>> FailpointsAsync()
    {
        var list = await http.GetStringAsync(new Uri($"http://127.0.0.1:{Settings.FailpointPort}/"));
        return [.. list.Split('\n').Select(line => line.Split('=')[0]).Where(name => name.Length > 0)];
    }

    /// <summary>Sets a failpoint. False: the member died of it before it could answer.</summary>
    public async Task<bool> SetFailpointAsync(string name, string terms)
    {
        try
        {
            using var response = await http.PutAsync(
                new Uri($"http://127.0.0.1:{Settings.FailpointPort}/{name}"), new StringContent(terms));
            return response.StatusCode == HttpStatusCode.NoContent
                ? true
                : throw new InvalidOperationException($"{Name} refuses failpoint {name}={terms}: {response.StatusCode}");
        }
        catch (HttpRequestException broken)
        {
            // The connection breaks a moment before the process is gone.
            return await WaitForExitAsync(TimeSpan.FromSeconds(5))
                ? false
                : throw new InvalidOperationException($"{Name} lives, but does not answer at its failpoints", broken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        await Client.DisposeAsync();
        await channel.DisposeAsync();
    }
}
