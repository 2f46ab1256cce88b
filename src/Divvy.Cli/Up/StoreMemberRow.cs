namespace Divvy.Cli.Up;

/// <summary>A member of the store as the live table shows it.</summary>
internal sealed record StoreMemberRow(string Name, string Role, long? Revision, string Address);
