namespace Divvy.Torture.Targets;

/// <summary>The process of one member.</summary>
public sealed record MemberCommand(
    string FileName, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string?> Environment);
