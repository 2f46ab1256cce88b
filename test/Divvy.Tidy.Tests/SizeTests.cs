using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Divvy.Tidy.Tests;

/// <summary>Size stops: a file of 600 lines, a method of 70, a line of 120.</summary>
public sealed class SizeTests
{
    private const int LongestFile = 600;
    private const int LongestMethod = 70;
    private const int LongestLine = 120;

    [Fact]
    public void EveryFile_StaysBelowTheStop() =>
        Repository.Sources.Where(file => file.Lines.Length > LongestFile)
            .Select(file => $"{file.Path}: {file.Lines.Length} lines")
            .ShouldBeEmpty();

    [Fact]
    public void EveryMethod_StaysBelowTheStop() =>
        Repository.Sources.SelectMany(LongMethods).ShouldBeEmpty();

    [Fact]
    public void EveryShippedLine_FitsTheScreen() =>
        Repository.Sources.Where(file => file.IsShipped)
            .SelectMany(file => file.Lines.Select((line, index) => (file, line, index)))
            .Where(entry => entry.line.Length > LongestLine && !entry.line.Contains("http"))
            .Select(entry => $"{entry.file.Path}:{entry.index + 1} has {entry.line.Length} characters")
            .ShouldBeEmpty();

    private static IEnumerable<string> LongMethods(SourceFile file) =>
        from member in file.Syntax.DescendantNodes()
        where member is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let span = member.SyntaxTree.GetLineSpan(member.Span)
        let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where lines > LongestMethod
        select $"{file.Path}:{span.StartLinePosition.Line + 1}: a method of {lines} lines";
}
