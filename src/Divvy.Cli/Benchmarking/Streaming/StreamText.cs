using System.Globalization;
using Divvy.Cli.Measurement;

namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>The report as a table in Markdown.</summary>
internal static class StreamText
{
    public static void Write(TextWriter writer, StreamReport report)
    {
        writer.WriteLine("| reader | records/s | reader's CPU us/record | emulators' CPU us/record | records/read |");
        writer.WriteLine("|---|---:|---:|---:|---:|");
        writer.WriteLine(Line("bare HTTP loop", report.Bare, report.Settings));
        writer.WriteLine(Line("stream worker", report.Worker, report.Settings));
        writer.WriteLine();
        var pairs = string.Join(
            ' ', report.Ratios.Select(ratio => ratio.ToString("0.00", CultureInfo.InvariantCulture)));
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ratio {report.Ratio:0.00} (at least {StreamSettings.RatioBar}; pairs: {pairs}); "
                + $"{report.Settings.Records} records of {report.Settings.Size} bytes, "
                + $"{report.Settings.Shards} shards, medians of {report.Settings.Repetitions}, in turns, "
                + $"{Environment.ProcessorCount} processors shared with the emulator"));
        if (report.Memory is { } memory)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"stalled processor: at most {memory.PeakPrivate:0.0} MB private in {memory.Seconds:0} s (at most "
                    + $"{StreamSettings.MemoryBar:0}; {memory.IdlePrivate:0.0} before the first read); resident with "
                    + $"the files it maps: {memory.PeakResident:0.0} MB"));
        }
        writer.WriteLine(report.Passed ? "PASS" : "FAIL");
    }

    private static string Line(string name, IReadOnlyList<StreamSample> samples, StreamSettings settings) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {Median(samples, sample => sample.PerSecond):0} "
                + $"| {Median(samples, sample => sample.CpuMicroseconds):0.0} "
                + $"| {Median(samples, sample => sample.EmulatorMicroseconds):0.0} "
                + $"| {settings.Records / Median(samples, sample => sample.Reads):0} |");

    private static double Median(IReadOnlyList<StreamSample> samples, Func<StreamSample, double> value) =>
        Quantile.NearestRank(samples.Select(value), 0.5);
}
