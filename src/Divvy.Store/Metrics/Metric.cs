using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>A metric that is counted as things happen. Recording takes no lock and allocates nothing once the series
/// exists.</summary>
internal abstract class Metric(string name, string help)
{
    protected string Name => name;

    protected string Help => help;

    public abstract void Write(ExpositionWriter writer);
}
