namespace Divvy.Client.Servers;

/// <summary>What namespaces and instances may be called; the servers hold to the same.</summary>
internal static class Names
{
    public const string Rule = "1 to 128 letters, digits, '-', '_', '.', ':'";

    private const int MaxLength = 128;

    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxLength
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':');
}
