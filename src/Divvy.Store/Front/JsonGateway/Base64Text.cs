namespace Divvy.Store.Front.JsonGateway;

/// <summary>Standard base64 with padding, and where it is wrong as Go's encoding/base64 tells it.</summary>
internal static class Base64Text
{
    /// <summary>Decodes; the position of the first error, or -1.</summary>
    public static int Decode(string text, out byte[] bytes)
    {
        var wrong = FindError(text);
        bytes = wrong < 0 ? Convert.FromBase64String(text) : [];
        return wrong;
    }

    /// <summary>Walks groups of four. A group cut short is wrong where it begins, a character that is no digit where
    /// it stands, and line ends between digits do not count.</summary>
    private static int FindError(string text)
    {
        var inGroup = 0;
        var groupStart = 0;
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            if (character is '\r' or '\n')
                continue;
            if (inGroup == 0)
                groupStart = index;
            if (character == '=')
                return FindPaddingError(text, index, inGroup);
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('+' or '/'))
                return index;
            inGroup = (inGroup + 1) % 4;
        }
        return inGroup == 0 ? -1 : groupStart;
    }

    private static int FindPaddingError(string text, int index, int inGroup)
    {
        if (inGroup < 2)
            return index;
        var next = Skip(text, index + 1);
        if (inGroup == 2)
        {
            if (next == text.Length)
                return text.Length;
            if (text[next] != '=')
                return next - 1;
            next = Skip(text, next + 1);
        }
        return next < text.Length ? next : -1;
    }

    private static int Skip(string text, int index)
    {
        while (index < text.Length && text[index] is '\r' or '\n')
            index++;
        return index;
    }
}
