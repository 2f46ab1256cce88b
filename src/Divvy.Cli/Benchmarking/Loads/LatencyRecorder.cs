using System.Diagnostics;
using System.Numerics;
using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>What became of the requests of a load: counts of latencies in buckets, errors by their text, and if wanted
/// the seconds. The memory does not grow with the number of requests (etcd's tool keeps every latency, eight bytes
/// each); a quantile is at most 1/256 too large. Thread-safe.</summary>
internal sealed class LatencyRecorder(bool keepsSeconds, TimeProvider time)
{
    /// <summary>Different error texts kept; the rest is counted as one.</summary>
    public const int MaxErrorKinds = 50;

    private const int SubBucketBits = 8;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int Powers = 64 - SubBucketBits;

    private readonly Lock gate = new();
    private readonly long[] counts = new long[Powers * SubBuckets];
    private readonly Dictionary<CallStatus, long> errors = [];
    private readonly SortedDictionary<long, SecondSample> seconds = [];
    private long count;
    private long failed;
    private long least = long.MaxValue;
    private long most;
    private double sum;
    private double sumOfSquares;

    /// <summary>Requests that ended, well or badly.</summary>
    public long Ended => Volatile.Read(ref count) + Volatile.Read(ref failed);

    /// <summary>Records one request by its <see cref="Stopwatch"/> timestamps.</summary>
    public void Record(long start, long end, CallStatus status)
    {
        var elapsed = Math.Max(0, end - start);
        lock (gate)
        {
            if (!status.IsOk)
            {
                failed++;
                CountError(status);
                return;
            }

            count++;
            counts[IndexOf(elapsed)]++;
            least = Math.Min(least, elapsed);
            most = Math.Max(most, elapsed);
            sum += elapsed;
            sumOfSquares += (double)elapsed * elapsed;
            if (keepsSeconds)
                CountSecond(elapsed);
        }
    }

    /// <summary>What was recorded so far.</summary>
    public LatencySummary Summarize(TimeSpan total)
    {
        lock (gate)
        {
            var mean = count == 0 ? 0 : sum / count;
            var variance = count == 0 ? 0 : Math.Max(0, (sumOfSquares / count) - (mean * mean));
            return new LatencySummary
            {
                Count = count,
                Failed = failed,
                TotalSeconds = total.TotalSeconds,
                Fastest = Seconds(count == 0 ? 0 : least),
                Slowest = Seconds(most),
                Average = Seconds(mean),
                StandardDeviation = Seconds(Math.Sqrt(variance)),
                Buckets = [.. Buckets()],
                Errors = errors.ToDictionary(entry => entry.Key.ToString(), entry => entry.Value),
                Timeline = [.. seconds.Values],
            };
        }
    }

    private static double Seconds(double ticks) => ticks / Stopwatch.Frequency;

    // Below 2 * SubBuckets a bucket is one tick wide; above, an index is (power, part).
    private static int IndexOf(long ticks)
    {
        var power = BitOperations.Log2((ulong)ticks | 1) - SubBucketBits;
        return power <= 0 ? (int)ticks : (power * SubBuckets) + (int)(ticks >> power);
    }

    private static long UpperEdge(int index)
    {
        var power = Math.Max(0, (index / SubBuckets) - 1);
        var part = index - (power * SubBuckets);
        return ((part + 1L) << power) - 1;
    }

    private IEnumerable<LatencyBucket> Buckets()
    {
        for (var index = 0; index < counts.Length; index++)
        {
            if (counts[index] > 0)
                yield return new LatencyBucket(Seconds(Math.Min(UpperEdge(index), most)), counts[index]);
        }
    }

    private void CountError(CallStatus status)
    {
        var kind = errors.Count < MaxErrorKinds || errors.ContainsKey(status)
            ? status
            : new CallStatus(Rpc.RpcStatusCode.Unknown, "other errors");
        errors[kind] = errors.GetValueOrDefault(kind) + 1;
    }

    private void CountSecond(long elapsed)
    {
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        var milliseconds = Seconds(elapsed) * 1000;
        seconds[second] = seconds.TryGetValue(second, out var sample)
            ? sample.With(milliseconds)
            : new SecondSample(second, milliseconds, milliseconds, milliseconds, 1);
    }
}
