using System.Globalization;
using Divvy.Client.Hosting;

namespace Divvy.Client.Tests.Hosting;

public sealed class BootTimeProviderTests
{
    [Fact]
    public void GetTimestamp_OnLinux_IsTheTimeSinceBoot()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var before = Uptime();
        var elapsed = BootTimeProvider.Instance.GetTimestamp() / (double)BootTimeProvider.Instance.TimestampFrequency;
        var after = Uptime();
        // /proc/uptime is the same clock, in hundredths.
        elapsed.ShouldBeInRange(before - 0.02, after + 0.02);
    }

    [Fact]
    public void GetTimestamp_Again_NeverGoesBack()
    {
        var last = BootTimeProvider.Instance.GetTimestamp();
        for (var i = 0; i < 10_000; i++)
        {
            var next = BootTimeProvider.Instance.GetTimestamp();
            next.ShouldBeGreaterThanOrEqualTo(last);
            last = next;
        }
    }

    private static double Uptime() =>
        double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
}
