using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Divvy.Tidy.Tests;

/// <summary>A folder is a namespace is a feature, and names say what a thing is.</summary>
public sealed class NamingTests
{
    private static readonly string[] BannedFolders = ["Helpers", "Helper", "Common", "Utils", "Util", "Managers", "Misc"];

    /// <summary>Folders whose files live in the project's own namespace.</summary>
    private static readonly string[] TransparentFolders = ["src/Divvy.Rpc/Contract"];

    [Fact]
    public void ShippedFiles_Namespaces_FollowTheFolders()
    {
        var wrong =
            from file in Repository.Sources.Where(file => file.IsShipped)
            let expected = ExpectedNamespace(file.Path)
            from declared in file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
            where declared.Name.ToString() != expected
            select $"{file.Path} declares {declared.Name}, its folder says {expected}";
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Folders_Names_SayAFeature()
    {
        var wrong = Repository.Sources.Select(file => Path.GetDirectoryName(file.Path)!).Distinct()
            .Where(folder => folder.Split('/').Any(part => BannedFolders.Contains(part)));
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void ShippedTypes_Names_CarryNoProductPrefix()
    {
        var wrong =
            from file in Repository.Sources.Where(file => file.IsShipped)
            from type in file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            where type.Identifier.Text.StartsWith("Divvy", StringComparison.Ordinal)
            select $"{file.Path}: {type.Identifier.Text}";
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void ShippedFiles_TopLevelTypes_AreNamedLikeTheFile()
    {
        var wrong =
            from file in Repository.Sources.Where(file => file.IsShipped && file.Project != "Divvy.Cli")
            let types = file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
                .SelectMany(space => space.Members.OfType<BaseTypeDeclarationSyntax>()).ToList()
            where types.Count > 0 && !types.Any(type => FileName(file.Path).StartsWith(type.Identifier.Text, StringComparison.Ordinal))
            select $"{file.Path} declares {string.Join(", ", types.Select(type => type.Identifier.Text))}";
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void ShippedClasses_AreSealedAbstractStaticOrInherited()
    {
        var inherited = Repository.Sources.Where(file => file.IsShipped)
            .SelectMany(file => file.Syntax.DescendantNodes().OfType<BaseTypeSyntax>())
            .Select(type => type.Type.ToString()).ToHashSet();
        var wrong =
            from file in Repository.Sources.Where(file => file.IsShipped)
            from type in file.Syntax.DescendantNodes().OfType<TypeDeclarationSyntax>()
            where type is ClassDeclarationSyntax or RecordDeclarationSyntax
            let modifiers = type.Modifiers.Select(modifier => modifier.Text).ToList()
            where !(type is RecordDeclarationSyntax record && record.ClassOrStructKeyword.Text == "struct")
            where !modifiers.Intersect(["sealed", "abstract", "static", "partial"]).Any()
            where !inherited.Contains(type.Identifier.Text)
            select $"{file.Path}: {type.Identifier.Text} is open to inheritance";
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Fields_Names_CarryNoUnderscore()
    {
        var wrong =
            from file in Repository.Sources
            from field in file.Syntax.DescendantNodes().OfType<FieldDeclarationSyntax>()
            from variable in field.Declaration.Variables
            where variable.Identifier.Text.StartsWith('_')
            select $"{file.Path}: {variable.Identifier.Text}";
        wrong.ShouldBeEmpty();
    }

    private static string FileName(string path) => Path.GetFileNameWithoutExtension(path);

    private static string ExpectedNamespace(string path)
    {
        var folder = Path.GetDirectoryName(path)!.Replace('\\', '/');
        if (TransparentFolders.Contains(folder))
            folder = Path.GetDirectoryName(folder)!;
        return string.Join('.', folder.Split('/').Skip(1));
    }
}
