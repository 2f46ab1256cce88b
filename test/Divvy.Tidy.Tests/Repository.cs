using System.Xml.Linq;
using Microsoft.CodeAnalysis.CSharp;

namespace Divvy.Tidy.Tests;

/// <summary>The checkout these tests look at: found by walking up from the test assembly to the solution file.</summary>
internal static class Repository
{
    private static readonly string[] GeneratedFolders = ["bin", "obj", "node_modules", "artifacts"];

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview);

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. Files("*.cs").Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path)), ParseOptions))];

    public static IReadOnlyList<ProjectFile> Projects { get; } =
        [.. Files("*.csproj").Select(path => new ProjectFile(path, XDocument.Load(Path.Combine(Root, path))))];

    /// <summary>Paths below the root with forward slashes, build output left out, in ordinal order.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').SkipLast(1).Any(part => GeneratedFolders.Contains(part) || part.StartsWith('.')))
            .Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Divvy.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"Divvy.slnx is in no folder above {AppContext.BaseDirectory}");
    }
}
