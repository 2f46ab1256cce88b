using System.Globalization;
using System.Text;

namespace Divvy.Telemetry.Prometheus;

/// <summary>The lexical rules of Prometheus' text exposition format 0.0.4
/// (prometheus.io/docs/instrumenting/exposition_formats).</summary>
internal static class TextFormat
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>A metric or label name: what is not a letter, digit or underscore becomes an underscore.</summary>
    public static string Name(string name)
    {
        var builder = new StringBuilder(name.Length + 1);
        foreach (var character in name)
            builder.Append(char.IsAsciiLetterOrDigit(character) ? character : '_');
        if (builder.Length == 0 || char.IsAsciiDigit(builder[0]))
            builder.Insert(0, '_');
        return builder.ToString();
    }

    /// <summary>A label value without its quotes: backslash, quote and line feed are escaped.</summary>
    public static string LabelValue(object? value) =>
        (Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>A help text: backslash and line feed are escaped.</summary>
    public static string Help(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : double.IsNaN(value) ? "NaN"
        : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A bound of a bucket. It is a label, so two programs share a series only if they spell it alike: as Go
    /// does, with an exponent from a million on.</summary>
    public static string Bound(double value)
    {
        var plain = Number(value);
        if (value < 1_000_000 || !plain.All(char.IsAsciiDigit))
            return plain;
        var fraction = plain[1..].TrimEnd('0');
        return $"{plain[0]}{(fraction.Length > 0 ? "." : "")}{fraction}e+{plain.Length - 1:00}";
    }
}
