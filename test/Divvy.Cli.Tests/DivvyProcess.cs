using Divvy.TestKit;

namespace Divvy.Cli.Tests;

/// <summary>The divvy command as a real process.</summary>
internal static class DivvyProcess
{
    private static readonly string binary = Path.Combine(AppContext.BaseDirectory, "divvy");

    public static ChildProcess Start(params string[] arguments) => ChildProcess.Start(binary, arguments);

    /// <summary>Starts a server on the embedded store with one namespace, "default", and waits until it is ready.</summary>
    public static async Task<(ChildProcess Process, string Address)> StartServerAsync(params string[] more)
    {
        var address = $"127.0.0.1:{FreePort.Probe()}";
        var server = Start(
            ["server", "--listen", address, "--http", $"127.0.0.1:{FreePort.Probe()}", "--namespace", "default", .. more]);
        await server.WaitForLineAsync(line => line.Contains("Server is ready"), "the server is ready");
        return (server, address);
    }
}
