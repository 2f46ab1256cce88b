using Divvy.Core.Streams;
using Divvy.Simulation.World;
using Divvy.Streams.Leases.Table;

namespace Divvy.Simulation.Streams;

/// <summary>The service behind the lease tables: conditional writes, each at one instant, some time after it was asked
/// for. Requests and answers are lost and late, calls are refused for load.</summary>
internal sealed class SimLeaseService(SimWorld world)
{
    private readonly SimRandom random = world.Fork("lease table");
    private readonly SortedDictionary<string, StreamLease> leases = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, WorkerBeat> beats = new(StringComparer.Ordinal);

    /// <summary>Told of every write that was made, at the instant it was.</summary>
    public event Action<LeaseWrite>? Written;

    public IReadOnlyDictionary<string, StreamLease> Leases => leases;

    /// <summary>Share of calls that are refused for load.</summary>
    public double Throttling { get; set; }

    /// <summary>Share of calls whose request, and of those whose answer is lost.</summary>
    public double Loss { get; set; }

    /// <summary>The longest a message takes.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Makes a call from a process.</summary>
    /// <typeparam name="T">What it answers.</typeparam>
    /// <param name="process">The caller.</param>
    /// <param name="work">What is done, at one instant.</param>
    /// <param name="cancellationToken">The caller does not wait any longer; the call may be made nevertheless.</param>
    /// <exception cref="ThrottledException">It was refused for load.</exception>
    public Task<T> CallAsync<T>(SimProcess process, Func<T> work, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!random.Chance(Loss))
            world.Schedule(random.Between(TimeSpan.FromMicroseconds(200), Latency), Arrive);
        return cancellationToken.CanBeCanceled ? answer.Task.WaitAsync(cancellationToken) : answer.Task;

        void Arrive()
        {
            var isThrottled = random.Chance(Throttling);
            var result = isThrottled ? default : work();
            if (random.Chance(Loss))
                return;
            process.Schedule(random.Between(TimeSpan.FromMicroseconds(200), Latency), () =>
            {
                if (isThrottled)
                    answer.TrySetException(new ThrottledException());
                else
                    answer.TrySetResult(result!);
            });
        }
    }

    /// <summary>Some leases; now and then one is left out for load, as a batch's may be.</summary>
    public Dictionary<string, StreamLease?> Read(IReadOnlyList<string> keys) => keys
        .Where(_ => !random.Chance(Throttling))
        .ToDictionary(key => key, key => leases.GetValueOrDefault(key), StringComparer.Ordinal);

    public LeaseAnswer Write(LeaseWrite write)
    {
        if (!leases.TryGetValue(write.Key, out var row) || !write.Allows(row))
            return new LeaseAnswer(LeaseOutcome.Refused, row);
        leases[write.Key] = write.ApplyTo(row);
        Written?.Invoke(write);
        return new LeaseAnswer(LeaseOutcome.Applied);
    }

    public bool Create(StreamLease lease) => leases.TryAdd(lease.Key, lease);

    public bool Delete(StreamLease lease) =>
        leases.TryGetValue(lease.Key, out var row) && row.Counter == lease.Counter && leases.Remove(lease.Key);

    public IReadOnlyList<WorkerBeat> Beats() => [.. beats.Values];

    public bool Beat(WorkerBeat beat, bool isFirst)
    {
        if (!isFirst && beats.TryGetValue(beat.Worker, out var other) && other.Incarnation != beat.Incarnation)
            return false;
        beats[beat.Worker] = beat;
        return true;
    }

    public bool Forget(WorkerBeat beat) =>
        beats.TryGetValue(beat.Worker, out var other) && other.Incarnation == beat.Incarnation
        && beats.Remove(beat.Worker);

    /// <summary>A call was refused for load: nothing was done.</summary>
    internal sealed class ThrottledException : Exception;
}
