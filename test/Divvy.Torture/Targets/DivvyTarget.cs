namespace Divvy.Torture.Targets;

/// <summary>Members of the embedded store, as <c>divvy server</c> processes.</summary>
public sealed class DivvyTarget(string? binary = null) : ITarget
{
    private static readonly Dictionary<string, string?> environment = new()
    {
        // Short lives: start fast rather than run fast.
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_QuickJitForLoops"] = "1",
    };

    public string Name => "divvy";

    public bool HasFailpoints => true;

    public MemberCommand Command(MemberSettings member, IReadOnlyList<MemberSettings> all)
    {
        var peers = string.Join(',', all.Select(one => $"{one.Name}={one.PeerUrl.GetLeftPart(UriPartial.Authority)}"));
        List<string> arguments =
        [
            "server", "--name", member.Name, "--data-dir", member.DataDirectory,
            "--listen", $"127.0.0.1:{member.ClientPort}", "--http", $"127.0.0.1:{member.HttpPort}",
            "--failpoints", $"127.0.0.1:{member.FailpointPort}",
        ];
        if (all.Count > 1)
            arguments.AddRange(["--peers", peers, "--peer-listen", member.PeerListenUrl.GetLeftPart(UriPartial.Authority)]);
        return new MemberCommand(binary ?? Path.Combine(AppContext.BaseDirectory, "divvy"), arguments, environment);
    }
}
