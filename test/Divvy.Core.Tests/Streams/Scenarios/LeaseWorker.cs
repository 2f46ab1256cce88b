using Divvy.Core.Streams;

namespace Divvy.Core.Tests.Streams.Scenarios;

/// <summary>One worker of a <see cref="LeaseWorld"/>.</summary>
internal sealed class LeaseWorker(string name, LeaseMachine machine, TimeSpan born)
{
    public string Name => name;

    public LeaseMachine Machine => machine;

    /// <summary>When it was started: its clock begins at zero then.</summary>
    public TimeSpan Born => born;

    public bool IsUp { get; set; } = true;

    public bool IsPaused { get; set; }

    public bool IsRunning => IsUp && !IsPaused;

    /// <summary>Whether its processors finish at once when told to.</summary>
    public bool YieldsAtOnce { get; set; } = true;

    /// <summary>The leases it believes to hold, with their terms.</summary>
    public SortedDictionary<string, long> Holds { get; } = new(StringComparer.Ordinal);

    public TimeSpan Local(TimeSpan now) => now - born;
}
