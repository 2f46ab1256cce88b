using System.Xml.Linq;

namespace Divvy.Tidy.Tests;

/// <summary>One project: what it is called and which projects it refers to.</summary>
internal sealed class ProjectFile(string path, XDocument document)
{
    public string Path { get; } = path;

    public string Name { get; } = System.IO.Path.GetFileNameWithoutExtension(path);

    public bool IsShipped => Path.StartsWith("src/", StringComparison.Ordinal);

    public IReadOnlyList<string> References { get; } =
        [.. document.Descendants("ProjectReference")
            .Select(reference => System.IO.Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!))
            .Order(StringComparer.Ordinal)];

    public IReadOnlyList<(string Name, string? Version)> Packages { get; } =
        [.. document.Descendants("PackageReference")
            .Select(package => ((string)package.Attribute("Include")!, (string?)package.Attribute("Version")))];
}
