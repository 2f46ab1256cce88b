using System.Globalization;

namespace Divvy.Cli.Parsing;

/// <summary>A length of time as it is typed: numbers with units, <c>10s</c>, <c>500ms</c>, <c>1m30s</c>,
/// <c>1.5h</c>.</summary>
internal readonly record struct Duration(TimeSpan Value)
{
    /// <summary>Longer is a typing mistake, and longer than timers can wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    private static readonly (string Unit, double Milliseconds)[] units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

    public static Duration Seconds(double seconds) => new(TimeSpan.FromSeconds(seconds));

    /// <summary>Reads one; the error says what a duration looks like.</summary>
    public static bool TryParse(string text, out Duration duration, out string error)
    {
        duration = default;
        error = $"'{text}' is not a duration: write a number with a unit, such as 500ms, 10s, 1m30s or 1h.";
        var milliseconds = 0.0;
        var rest = text.AsSpan();
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits >= 0 && rest[digits] == '.')
                digits += 1 + Math.Max(0, rest[(digits + 1)..].IndexOfAnyExceptInRange('0', '9'));
            if (digits <= 0 || !double.TryParse(
                    rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            var unitLength = rest[digits..].IndexOfAnyInRange('0', '9');
            var unit = unitLength < 0 ? rest[digits..] : rest.Slice(digits, unitLength);
            if (!TryUnit(unit, out var factor))
                return false;
            milliseconds += number * factor;
            rest = rest[(digits + unit.Length)..];
        }
        if (milliseconds > Longest.TotalMilliseconds)
        {
            error = $"'{text}' is longer than {Longest.TotalDays:0} days.";
            return false;
        }
        duration = new Duration(TimeSpan.FromMilliseconds(milliseconds));
        return true;
    }

    /// <summary>The shortest exact form: <c>1m30s</c>, <c>500ms</c>.</summary>
    public override string ToString()
    {
        if (Value == TimeSpan.Zero)
            return "0s";
        var hours = (long)Value.TotalHours;
        var milliseconds = Value.Milliseconds;
        return string.Concat(
            hours > 0 ? $"{hours}h" : "",
            Value.Minutes > 0 ? $"{Value.Minutes}m" : "",
            Value.Seconds > 0 ? $"{Value.Seconds}s" : "",
            milliseconds > 0 ? $"{milliseconds}ms" : "");
    }

    private static bool TryUnit(ReadOnlySpan<char> text, out double milliseconds)
    {
        foreach (var (unit, value) in units)
        {
            if (text.SequenceEqual(unit))
            {
                milliseconds = value;
                return true;
            }
        }
        milliseconds = 0;
        return false;
    }
}
