using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Divvy.Client.Hosting;

/// <summary>A monotonic clock that goes on while the machine sleeps: CLOCK_BOOTTIME on Linux. .NET's own is
/// CLOCK_MONOTONIC there, which stops in suspend, so that a laptop lid or a snapshotted machine would stretch a session
/// beyond its lease (R20). Elsewhere it is <see cref="Stopwatch"/>, which counts sleep on Windows. Wall clock and
/// timers are the system's. No clock of a guest sees a hypervisor's pause: against that only the generation
/// helps.</summary>
public sealed partial class BootTimeProvider : TimeProvider
{
    private const int ClockBootTime = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly bool bootTime = OperatingSystem.IsLinux() && TryRead(out _);

    private BootTimeProvider()
    {
    }

    public static BootTimeProvider Instance { get; } = new();

    public override long TimestampFrequency => bootTime ? NanosecondsPerSecond : Stopwatch.Frequency;

    public override long GetTimestamp()
    {
        if (!bootTime)
            return Stopwatch.GetTimestamp();
        TryRead(out var nanoseconds);
        return nanoseconds;
    }

    private static bool TryRead(out long nanoseconds)
    {
        try
        {
            var succeeded = ClockGetTime(ClockBootTime, out var time) == 0;
            nanoseconds = (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds;
            return succeeded;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            nanoseconds = 0;
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ClockGetTime(int clock, out TimeSpec time);

    /// <summary>struct timespec: both members are as wide as a pointer on the platforms .NET runs Linux on.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        private readonly nint seconds;
        private readonly nint nanoseconds;

        public readonly long Seconds => seconds;

        public readonly long Nanoseconds => nanoseconds;
    }
}
