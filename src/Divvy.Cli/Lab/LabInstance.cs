using Divvy.Cli.Processes;

namespace Divvy.Cli.Lab;

/// <summary>An instance process of the lab; with several instances in it, <paramref name="Ids"/> names them all.
/// </summary>
internal sealed record LabInstance(IReadOnlyList<string> Ids, ChildProcess Process)
{
    public string Id => Ids[0];
}
