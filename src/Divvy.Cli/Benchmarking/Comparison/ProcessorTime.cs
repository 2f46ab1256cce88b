using System.Globalization;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>Processor time as Linux counts it, in hundredths of a second.</summary>
internal static class ProcessorTime
{
    /// <summary>USER_HZ: the same on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    private const int UserField = 11;
    private const int SystemField = 12;

    /// <summary>What a process has used, its threads included.</summary>
    public static TimeSpan OfProcess(int processId) => Parse(File.ReadAllText($"/proc/{processId}/stat"));

    /// <summary>What the whole machine has used, without idling and waiting for disks.</summary>
    public static TimeSpan OfMachine() => ParseMachine(File.ReadLines("/proc/stat").First());

    /// <summary>User and system time of a <c>/proc/PID/stat</c>; the name in it may hold blanks and parentheses.
    /// </summary>
    public static TimeSpan Parse(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return Ticks(Number(fields[UserField]) + Number(fields[SystemField]));
    }

    /// <summary>The busy time of the first line of <c>/proc/stat</c>: user, nice, system, irq, softirq.</summary>
    public static TimeSpan ParseMachine(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int[] busy = [1, 2, 3, 6, 7];
        return Ticks(busy.Sum(field => Number(fields[field])));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static TimeSpan Ticks(long count) => TimeSpan.FromSeconds(count / TicksPerSecond);
}
