using System.Diagnostics;
using Divvy.Histories.KeyValue;
using Divvy.Histories.Linearizability;

namespace Divvy.Torture.Load;

/// <summary>Every call of every client, round by round, on one clock. Thread-safe.</summary>
public sealed class CallRecorder
{
    private readonly long began = Stopwatch.GetTimestamp();
    private volatile OperationRecorder<KeyValueRequest, KeyValueResponse> current = new();
    private int clients;

    /// <summary>Since the run began.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(began);

    public OperationRecorder<KeyValueRequest, KeyValueResponse> Current => current;

    /// <summary>A number for one more client: one that makes one call after the other.</summary>
    public int NextClient() => Interlocked.Increment(ref clients);

    /// <summary>Hands out what was recorded and begins anew. Only while no call is under way.</summary>
    public IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> Take()
    {
        var recorded = current.Operations;
        current = new OperationRecorder<KeyValueRequest, KeyValueResponse>();
        return recorded;
    }
}
