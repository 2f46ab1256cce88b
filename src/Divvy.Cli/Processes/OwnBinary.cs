namespace Divvy.Cli.Processes;

/// <summary>How to start this very program again as a child process.</summary>
internal sealed record OwnBinary(string FileName, IReadOnlyList<string> FirstArguments)
{
    /// <summary>Started by its own executable, or by <c>dotnet divvy.dll</c>.</summary>
    public static OwnBinary Find()
    {
        var assembly = typeof(OwnBinary).Assembly.Location;
        var executable = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
        return File.Exists(executable)
            ? new OwnBinary(executable, [])
            : new OwnBinary(Environment.ProcessPath ?? "dotnet", [assembly]);
    }
}
