using System.Text.RegularExpressions;

namespace Divvy.Tidy.Tests;

/// <summary>Calls and words that do not belong: waits by sleeping, sync over async, leftovers, regions.</summary>
public sealed partial class ContentTests
{
    private static readonly (Regex Pattern, string Why, bool ShippedOnly)[] Banned =
    [
        (Sleep(), "waits by sleeping: await the event, or drive virtual time", false),
        (Leftover(), "a note to do something later: do it, or write it down in docs/decisions", false),
        (NotImplemented(), "a stub", false),
        (Region(), "a region: split the file instead", false),
        (SyncOverAsync(), "blocks a thread on a task", true),
        (SkippedTest(), "a test that never runs", false),
        (WorkplaceWord(), "speaks of something outside the project", false),
    ];

    [Fact]
    public void EverySource_BannedText_IsAbsent()
    {
        var found =
            from file in Repository.Sources
            where !file.Path.EndsWith("ContentTests.cs", StringComparison.Ordinal)
            from ban in Banned
            where file.IsShipped || !ban.ShippedOnly
            from line in file.Lines.Select((text, index) => (text, number: index + 1))
            where ban.Pattern.IsMatch(line.text)
            select $"{file.Path}:{line.number}: {ban.Why}: {line.text.Trim()}";
        found.ShouldBeEmpty();
    }

    [Fact]
    public void EveryPragma_SaysWhy()
    {
        var silent =
            from file in Repository.Sources
            from line in file.Lines.Select((text, index) => (text, number: index + 1))
            where line.text.TrimStart().StartsWith("#pragma warning disable", StringComparison.Ordinal)
                && !line.text.Contains("//", StringComparison.Ordinal)
            select $"{file.Path}:{line.number}";
        silent.ShouldBeEmpty("a #pragma gives its reason on its line");
    }

    [Fact]
    public void EveryMarkdownLink_ToAFile_LeadsSomewhere()
    {
        var broken =
            from path in Repository.Files("*.md")
            let text = File.ReadAllText(Path.Combine(Repository.Root, path))
            from Match match in Link().Matches(text)
            let target = match.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            let full = Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, target)
            where !File.Exists(full) && !Directory.Exists(full)
            select $"{path}: {target}";
        broken.ShouldBeEmpty();
    }

    [GeneratedRegex(@"\bThread\.Sleep\(")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"//.*\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"\bNotImplementedException\b")]
    private static partial Regex NotImplemented();

    [GeneratedRegex(@"^\s*#region\b")]
    private static partial Regex Region();

    [GeneratedRegex(@"\.GetAwaiter\(\)\.GetResult\(\)|\.Wait\(\)")]
    private static partial Regex SyncOverAsync();

    [GeneratedRegex(@"\[(Fact|Theory)\(Skip\s*=")]
    private static partial Regex SkippedTest();

    [GeneratedRegex(@"\.\./shared/|/work/")]
    private static partial Regex WorkplaceWord();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
