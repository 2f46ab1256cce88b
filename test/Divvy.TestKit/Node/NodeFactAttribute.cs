using Xunit;

namespace Divvy.TestKit.Node;

/// <summary>A fact that needs node and npm; skipped, with a reason that cannot be overlooked, without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    private static readonly string? Missing = IsOnPath("node") && IsOnPath("npm")
        ? null
        : "NOT TESTED AGAINST THE OFFICIAL JAVASCRIPT CLIENTS: node and npm are missing on the PATH";

    public NodeFactAttribute() => Skip = Missing;

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(directory => File.Exists(Path.Combine(directory, program)));
}
