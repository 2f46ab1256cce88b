namespace Divvy.Cli.Parsing;

/// <summary>Reads what was typed, or says in a sentence why it cannot.</summary>
internal delegate bool TryParse<T>(string text, out T? value, out string error);
