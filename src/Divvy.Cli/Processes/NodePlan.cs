using System.Globalization;

namespace Divvy.Cli.Processes;

/// <summary>One of several servers on this machine that are members of one embedded store.</summary>
/// <param name="Name">Its name in the store's cluster.</param>
/// <param name="Folder">Its data folder.</param>
/// <param name="PeerPort">Where it listens to the others.</param>
/// <param name="Peers">All of them, as <c>--peers</c> takes it.</param>
internal sealed record NodePlan(string Name, string Folder, int PeerPort, string Peers)
{
    private const string ListName = "peers";

    /// <summary>Its part of the command line of <c>divvy server</c>.</summary>
    public IReadOnlyList<string> Arguments => ["--name", Name, "--data-dir", Folder, "--peers", Peers];

    /// <summary>Members on free ports, with folders below one. The addresses are part of who a member is: a folder that
    /// holds members already has them on the ports they had.</summary>
    public static IReadOnlyList<NodePlan> Create(string folder, string prefix, int count)
    {
        var names = Enumerable.Range(1, count)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"{prefix}{number}")).ToList();
        var ports = PortsIn(folder, count) ?? Choose(folder, count);
        var peers = string.Join(',', names.Zip(ports, (name, port) => $"{name}=http://127.0.0.1:{port}"));
        return [.. names.Zip(ports, (name, port) => new NodePlan(name, Path.Combine(folder, name), port, peers))];
    }

    private static List<int> Choose(string folder, int count)
    {
        var first = FreePort.Find(count);
        var ports = Enumerable.Range(first, count).ToList();
        Directory.CreateDirectory(folder);
        File.WriteAllLines(
            Path.Combine(folder, ListName), ports.Select(port => port.ToString(CultureInfo.InvariantCulture)));
        return ports;
    }

    private static List<int>? PortsIn(string folder, int count)
    {
        var list = Path.Combine(folder, ListName);
        if (!File.Exists(list))
            return null;
        var ports = File.ReadAllLines(list).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToList();
        return ports.Count == count
            ? ports
            : throw new Output.CommandException(
                Output.ExitCode.Conflict,
                $"{folder} holds the {ports.Count} members of a store, not {count}: say --nodes {ports.Count}, or"
                    + " choose another folder");
    }
}
