using System.Runtime.InteropServices;

namespace Divvy.Cli.Processes;

/// <summary>Signals to other processes. Numbers as on Linux and macOS on x64 and arm64, but for stop and continue,
/// which differ between the two.</summary>
internal static class UnixSignal
{
    public const int Kill = 9;
    public const int Terminate = 15;

    public static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;
    public static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;

    /// <summary>Sends a signal. <exception cref="InvalidOperationException">It could not be
    /// sent.</exception></summary>
    public static void Send(int processId, int signal)
    {
        if (SendNative(processId, signal) != 0)
            throw new InvalidOperationException(
                $"signal {signal} to process {processId} failed: errno {Marshal.GetLastPInvokeError()}");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendNative(int processId, int signal);
}
