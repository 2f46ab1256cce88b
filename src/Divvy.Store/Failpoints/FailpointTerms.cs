using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Divvy.Store.Failpoints;

/// <summary>gofail's terms: <c>term->term</c>, each <c>[N*][P%]action[(value)]</c> with the modifiers in any order. A
/// probability must
/// contain a point (<c>40.0%</c>): gofail refuses <c>40%</c>, and so does this.</summary>
public static partial class FailpointTerms
{
    /// <summary>Reads terms; null when they are not to be read.</summary>
    public static ImmutableArray<FailpointTerm>? Parse(string text)
    {
        var terms = ImmutableArray.CreateBuilder<FailpointTerm>();
        foreach (var part in Arrow().Split(text.Trim()))
        {
            if (ParseTerm(part.Trim()) is not { } term)
                return null;
            terms.Add(term);
        }

        return terms.ToImmutable();
    }

    /// <summary>A duration as Go writes it, in one unit; a bare number is milliseconds.</summary>
    internal static TimeSpan? ParseDuration(string? value)
    {
        if (value is null || DurationForm().Match(value) is not { Success: true } match)
            return null;
        var number = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "us" or "µs" => TimeSpan.FromMicroseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => TimeSpan.FromMilliseconds(number),
        };
    }

    private static FailpointTerm? ParseTerm(string text)
    {
        if (TermForm().Match(text) is not { Success: true } match)
            return null;
        int? times = null;
        var probability = 1.0;
        foreach (Capture modifier in match.Groups["modifier"].Captures)
        {
            var number = modifier.Value[..^1];
            if (modifier.Value[^1] == '*')
                times = int.Parse(number, CultureInfo.InvariantCulture);
            else
                probability = double.Parse(number, CultureInfo.InvariantCulture) / 100;
        }

        var action = match.Groups["action"].Value switch
        {
            "return" => FailpointAction.Return,
            "sleep" => FailpointAction.Sleep,
            "panic" => FailpointAction.Panic,
            "break" => FailpointAction.Break,
            "print" => FailpointAction.Print,
            _ => FailpointAction.Off,
        };
        var value = match.Groups["value"].Success ? match.Groups["value"].Value.Trim('"') : null;
        if (action == FailpointAction.Sleep && ParseDuration(value) is null)
            return null;
        return new FailpointTerm(times, probability, action, value);
    }

    [GeneratedRegex(@"->")]
    private static partial Regex Arrow();

    [GeneratedRegex(@"^(?<modifier>\d{1,9}\*|\d{1,3}\.\d{1,9}%)*(?<action>off|return|sleep|panic|break|print)" +
        @"(\((?<value>""[^""]*""|true|false|-?\d{1,15}|)\))?$")]
    private static partial Regex TermForm();

    [GeneratedRegex(@"^(\d{1,12}(?:\.\d{1,9})?)(us|µs|ms|s|m)?$")]
    private static partial Regex DurationForm();
}
