namespace Divvy.TestKit.Etcd;

/// <summary>A real single-member etcd on loopback, in a directory of its own. It can be killed and started again on
/// the same data and ports, or frozen. Disposing it kills it and removes its data. One user at a time.</summary>
public sealed class EtcdProcess : IAsyncDisposable
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(20);
    private static readonly HttpClient probe = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly EtcdProcessOptions options;
    private readonly TempDirectory directory = new("etcd");
    private readonly string peerUrl = $"http://127.0.0.1:{FreePort.Probe()}";
    private readonly string metricsUrl = $"http://127.0.0.1:{FreePort.Probe()}";
    private ChildProcess? process;

    private EtcdProcess(EtcdProcessOptions options)
    {
        this.options = options;
        Port = FreePort.Probe();
        Endpoint = $"{(options.CertificateFile is null ? "http" : "https")}://127.0.0.1:{Port}";
    }

    /// <summary>Where clients connect, for example <c>http://127.0.0.1:12379</c>.</summary>
    public string Endpoint { get; }

    public int Port { get; }

    public bool IsRunning => process is { HasExited: false };

    private ChildProcess Running =>
        process ?? throw new InvalidOperationException($"etcd at {Endpoint} is not started");

    /// <summary>Reserves a directory and ports without starting anything.</summary>
    public static EtcdProcess Create(EtcdProcessOptions? options = null) => new(options ?? EtcdProcessOptions.Default);

    /// <summary>Starts an etcd and waits until it serves.</summary>
    public static async Task<EtcdProcess> StartNewAsync(EtcdProcessOptions? options = null)
    {
        var etcd = Create(options);
        try
        {
            await etcd.StartAsync().ConfigureAwait(false);
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts it (again) and waits until it serves.
    /// <exception cref="TimeoutException">It did not become healthy; the message ends with its log.</exception>
    /// </summary>
    public async Task StartAsync()
    {
        if (IsRunning)
            throw new InvalidOperationException($"etcd at {Endpoint} is running");
        if (process is not null)
            await process.DisposeAsync().ConfigureAwait(false);
        var binary = EtcdBinary.Server ?? throw new InvalidOperationException(EtcdBinary.SkipReason);
        process = ChildProcess.Start(binary, Arguments());
        await WaitUntilHealthyAsync().ConfigureAwait(false);
    }

    /// <summary>SIGKILL: nothing is flushed, connections break.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>SIGKILL, then a start on the same data and ports.</summary>
    public async Task RestartAsync()
    {
        await KillAsync().ConfigureAwait(false);
        await StartAsync().ConfigureAwait(false);
    }

    /// <summary>SIGSTOP: connections stay open and nothing answers.</summary>
    public void Pause() => Running.Pause();

    /// <summary>SIGCONT.</summary>
    public void Resume() => Running.Resume();

    /// <summary>Runs <c>etcdctl</c> (API v3) against it and returns its output.</summary>
    public Task<string> ControlAsync(params string[] arguments) =>
        ChildProcess.RunAsync(
            EtcdBinary.Control ?? throw new InvalidOperationException(EtcdBinary.SkipReason),
            [$"--endpoints={Endpoint}", .. arguments],
            new Dictionary<string, string?> { ["ETCDCTL_API"] = "3" });

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync().ConfigureAwait(false);
        directory.Dispose();
    }

    private List<string> Arguments()
    {
        List<string> arguments =
        [
            "--name=test", $"--data-dir={directory.File("data")}", "--logger=zap", "--log-level=warn",
            "--heartbeat-interval=50", "--election-timeout=500",
            $"--listen-client-urls={Endpoint}", $"--advertise-client-urls={Endpoint}",
            $"--listen-peer-urls={peerUrl}", $"--initial-advertise-peer-urls={peerUrl}",
            $"--initial-cluster=test={peerUrl}", $"--listen-metrics-urls={metricsUrl}",
        ];
        if (options.CertificateFile is not null)
            arguments.AddRange([$"--cert-file={options.CertificateFile}", $"--key-file={options.KeyFile}"]);
        if (options.TrustedCaFile is not null)
            arguments.AddRange([$"--trusted-ca-file={options.TrustedCaFile}", "--client-cert-auth"]);
        arguments.AddRange(options.Arguments);
        return arguments;
    }

    private async Task WaitUntilHealthyAsync()
    {
        using var limit = new CancellationTokenSource(options.ReadyTimeout);
        var last = "no answer";
        while (!limit.IsCancellationRequested && !Running.HasExited)
        {
            try
            {
                last = await probe.GetStringAsync($"{metricsUrl}/health", limit.Token).ConfigureAwait(false);
                if (last.Contains("true", StringComparison.Ordinal))
                    return;
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
            {
                last = failure.Message;
            }
            await Task.Delay(ProbeInterval).ConfigureAwait(false);
        }
        throw new TimeoutException($"etcd at {Endpoint} did not become healthy ({last}). {Running.Tail()}");
    }
}
