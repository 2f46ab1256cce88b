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
            WriteMemory(writer, "the runtime as it is", memory, "no bar");
        if (report.SmallMemory is { } small)
            WriteMemory(writer, "settings for little memory", small, $"at most {StreamSettings.MemoryBar:0}");
        writer.WriteLine(report.Passed ? "PASS" : "FAIL");
    }

    private static void WriteMemory(TextWriter writer, string runtime, StalledMemory memory, string bar) =>
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"stalled processor, {runtime}: resident {memory.Resident:0.0} MB after {memory.Seconds:0} s, at most "
                + $"{memory.PeakResident:0.0} ({bar}); {memory.IdleResident:0.0} before the first read; "
                + $"{memory.Private:0.0} of it the process's own pages"));

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
