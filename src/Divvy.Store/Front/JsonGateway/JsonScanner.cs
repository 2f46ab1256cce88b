namespace Divvy.Store.Front.JsonGateway;

/// <summary>Finds where the first JSON value of a text ends, and says what is wrong with it in the words of Go's
/// encoding/json, which etcd passes on to its clients. What it accepts may still hold strings that are no UTF-8.
/// </summary>
internal ref struct JsonScanner(ReadOnlySpan<byte> text, bool isWhole)
{
    /// <summary>Values inside values. etcd allows 10,000, but no request needs them and a stack holds less.</summary>
    public const int MaxDepth = 128;

    private const string AtValue = "looking for beginning of value";
    private const string AtKey = "looking for beginning of object key string";

    private readonly ReadOnlySpan<byte> text = text;
    private int position;

    /// <summary>Where the value ends; only valid after <see cref="TryReadValue"/> said true.</summary>
    public readonly int Position => position;

    /// <summary>Reads one value and the white space before it; false: the text ends before the value does. A number
    /// ends with what follows it, or with a text that is whole.
    /// <exception cref="GatewayException">The text is no JSON.</exception></summary>
    public bool TryReadValue(int depth = 0)
    {
        if (!TryPeekToken(out var first))
            return false;
        if (depth > MaxDepth)
            throw new GatewayException("exceeded max depth");
        switch (first)
        {
            case (byte)'{':
                return TryReadObject(depth);
            case (byte)'[':
                return TryReadArray(depth);
            case (byte)'"':
                position++;
                return TryReadString();
            case (byte)'t':
                return TryReadLiteral("true");
            case (byte)'f':
                return TryReadLiteral("false");
            case (byte)'n':
                return TryReadLiteral("null");
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return TryReadNumber();
            default:
                throw Invalid(first, AtValue);
        }
    }

    /// <summary>Skips white space; false: nothing else is left.</summary>
    public bool TryPeekToken(out byte next)
    {
        while (position < text.Length && text[position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            position++;
        next = position < text.Length ? text[position] : (byte)0;
        return position < text.Length;
    }

    public static GatewayException Invalid(byte found, string context) =>
        new($"invalid character {Quote(found)} {context}");

    private bool TryReadObject(int depth)
    {
        position++;
        if (!TryPeekToken(out var next))
            return false;
        if (next == '}')
        {
            position++;
            return true;
        }
        while (true)
        {
            if (!TryPeekToken(out next))
                return false;
            if (next != '"')
                throw Invalid(next, AtKey);
            position++;
            if (!TryReadString() || !TryPeekToken(out next))
                return false;
            if (next != ':')
                throw Invalid(next, "after object key");
            position++;
            if (!TryReadValue(depth + 1) || !TryPeekToken(out next))
                return false;
            position++;
            if (next == '}')
                return true;
            if (next != ',')
                throw Invalid(next, "after object key:value pair");
        }
    }

    private bool TryReadArray(int depth)
    {
        position++;
        if (!TryPeekToken(out var next))
            return false;
        if (next == ']')
        {
            position++;
            return true;
        }
        while (true)
        {
            if (!TryReadValue(depth + 1) || !TryPeekToken(out next))
                return false;
            position++;
            if (next == ']')
                return true;
            if (next != ',')
                throw Invalid(next, "after array element");
        }
    }

    private bool TryReadString()
    {
        while (position < text.Length)
        {
            var next = text[position++];
            if (next == '"')
                return true;
            if (next < ' ')
                throw Invalid(next, "in string literal");
            if (next == '\\' && !TryReadEscape())
                return false;
        }
        return false;
    }

    private bool TryReadEscape()
    {
        if (position == text.Length)
            return false;
        var next = text[position++];
        if (next != 'u')
            return "bfnrt\\/\"".Contains((char)next) ? true : throw Invalid(next, "in string escape code");
        for (var digits = 0; digits < 4; digits++)
        {
            if (position == text.Length)
                return false;
            next = text[position++];
            if (!char.IsAsciiHexDigit((char)next))
                throw Invalid(next, "in \\u hexadecimal character escape");
        }
        return true;
    }

    private bool TryReadLiteral(string literal)
    {
        foreach (var expected in literal)
        {
            if (position == text.Length)
                return false;
            var next = text[position++];
            if (next != expected)
                throw Invalid(next, $"in literal {literal} (expecting '{expected}')");
        }
        return true;
    }

    private bool TryReadNumber()
    {
        if (text[position] == '-')
            position++;
        if (position == text.Length)
            return false;
        if (text[position] == '0')
            position++;
        else if (!TryReadDigits("in numeric literal"))
            return false;
        if (position < text.Length && text[position] == '.')
        {
            position++;
            if (!TryReadDigits("after decimal point in numeric literal"))
                return false;
        }
        if (position < text.Length && text[position] is (byte)'e' or (byte)'E')
        {
            position++;
            if (position < text.Length && text[position] is (byte)'+' or (byte)'-')
                position++;
            if (!TryReadDigits("in exponent of numeric literal"))
                return false;
        }
        return isWhole || position < text.Length;
    }

    private bool TryReadDigits(string context)
    {
        if (position == text.Length)
            return false;
        if (!char.IsAsciiDigit((char)text[position]))
            throw Invalid(text[position], context);
        while (position < text.Length && char.IsAsciiDigit((char)text[position]))
            position++;
        return true;
    }

    private static string Quote(byte character) => character switch
    {
        (byte)'\'' => @"'\''",
        (byte)'"' => "'\"'",
        (byte)'\\' => @"'\\'",
        (byte)'\n' => @"'\n'",
        (byte)'\r' => @"'\r'",
        (byte)'\t' => @"'\t'",
        < 0x20 or 0x7F => $@"'\x{character:x2}'",
        _ => $"'{(char)character}'",
    };
}
