using System.Diagnostics;
using System.Globalization;
using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>The process as every Prometheus client library shows it. What only Linux tells is absent elsewhere.
/// </summary>
internal static class ProcessMetrics
{
    private const string OpenFiles = "/proc/self/fd";
    private const string Limits = "/proc/self/limits";
    private const string FileLimit = "Max open files";

    public static void Write(ExpositionWriter writer)
    {
        using var process = Process.GetCurrentProcess();
        writer.Single("process_cpu_seconds_total", MetricKind.Counter,
            "Total user and system CPU time spent in seconds.", process.TotalProcessorTime.TotalSeconds);
        writer.Single("process_resident_memory_bytes", MetricKind.Gauge,
            "Resident memory size in bytes.", process.WorkingSet64);
        writer.Single("process_virtual_memory_bytes", MetricKind.Gauge,
            "Virtual memory size in bytes.", process.VirtualMemorySize64);
        writer.Single("process_start_time_seconds", MetricKind.Gauge,
            "Start time of the process since unix epoch in seconds.",
            (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
        if (OperatingSystem.IsLinux())
            WriteFiles(writer);
    }

    private static void WriteFiles(ExpositionWriter writer)
    {
        var open = Directory.EnumerateFileSystemEntries(OpenFiles).Count();
        writer.Single("process_open_fds", MetricKind.Gauge, "Number of open file descriptors.", open);
        writer.Single("os_fd_used", MetricKind.Gauge, "The number of used file descriptors.", open);
        if (ReadLimit() is not { } limit)
            return;
        writer.Single("process_max_fds", MetricKind.Gauge, "Maximum number of open file descriptors.", limit);
        writer.Single("os_fd_limit", MetricKind.Gauge, "The file descriptor limit.", limit);
    }

    /// <summary>The soft limit; null when there is none.</summary>
    private static long? ReadLimit()
    {
        var line = File.ReadLines(Limits)
            .FirstOrDefault(line => line.StartsWith(FileLimit, StringComparison.Ordinal));
        var soft = line?[FileLimit.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
