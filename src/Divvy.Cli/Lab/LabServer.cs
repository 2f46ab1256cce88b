using Divvy.Cli.Processes;

namespace Divvy.Cli.Lab;

/// <summary>A server process of the lab.</summary>
/// <param name="Id">As <c>--id</c> says.</param>
/// <param name="ListenPort">Where instances, routers and, on the embedded store, etcd clients connect.</param>
/// <param name="HttpPort">Where the admin API is.</param>
/// <param name="Arguments">How it was started, to be started again.</param>
/// <param name="Process">It.</param>
internal sealed record LabServer(
    string Id, int ListenPort, int HttpPort, IReadOnlyList<string> Arguments, ChildProcess Process)
{
    public string Address => $"http://127.0.0.1:{ListenPort}";

    public Uri Admin => new($"http://127.0.0.1:{HttpPort}");
}
