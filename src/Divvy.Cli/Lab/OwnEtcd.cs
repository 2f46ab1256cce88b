using Divvy.Cli.Output;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Lab;

/// <summary>Starts the <c>etcd</c> on the PATH with its data in the lab's folder, for <c>--etcd start</c>.</summary>
internal static class OwnEtcd
{
    private static readonly TimeSpan Probe = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns its endpoint once it is healthy.</summary>
    public static async Task<string> StartAsync(LabProcesses processes, CancellationToken cancellationToken)
    {
        var client = $"http://127.0.0.1:{FreePort.Find()}";
        var peer = $"http://127.0.0.1:{FreePort.Find()}";
        var metrics = $"http://127.0.0.1:{FreePort.Find()}";
        var log = processes.Log("etcd");
        ChildProcess etcd;
        try
        {
            etcd = ChildProcess.Start("etcd", "etcd", [
                "--name=lab", $"--data-dir={Path.Combine(processes.Folder, "etcd")}", "--logger=zap",
                $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
                $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=lab={peer}",
                $"--listen-metrics-urls={metrics}",
            ], log, log);
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new CommandException(
                ExitCode.NotFound, "there is no etcd on the PATH (Debian: apt-get install etcd-server)", failure);
        }
        processes.Adopt(etcd);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        for (var waited = TimeSpan.Zero; waited < LabProcesses.StartTimeout && !etcd.HasExited; waited += Probe)
        {
            if (await IsHealthyAsync(http, metrics, cancellationToken))
                return client;
            await Task.Delay(Probe, cancellationToken);
        }
        throw new CommandException(
            ExitCode.Failed,
            $"etcd did not become healthy. Its last lines:\n  {etcd.Tail}");
    }

    private static async Task<bool> IsHealthyAsync(HttpClient http, string address, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await http.GetStringAsync(new Uri($"{address}/health"), cancellationToken);
            return answer.Contains("true", StringComparison.Ordinal);
        }
        catch (Exception failure)
            when (failure is HttpRequestException or TaskCanceledException
                && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
