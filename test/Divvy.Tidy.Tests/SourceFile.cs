using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Divvy.Tidy.Tests;

/// <summary>One C# file: its path below the root, its text and its syntax.</summary>
internal sealed class SourceFile(string path, string text, CSharpParseOptions options)
{
    private SyntaxNode? syntax;

    public string Path { get; } = path;

    public string Text { get; } = text;

    public string[] Lines { get; } = text.TrimEnd('\n').Split('\n');

    public SyntaxNode Syntax => syntax ??= CSharpSyntaxTree.ParseText(Text, options, Path).GetRoot();

    /// <summary>The project folder's name: the second part of src/Divvy.Core/Keys/KeyHash.cs.</summary>
    public string Project => Path.Split('/')[1];

    public bool IsShipped => Path.StartsWith("src/", StringComparison.Ordinal);

    public override string ToString() => Path;
}
