using System.Threading.Tasks.Sources;

namespace Divvy.Store.Peers;

/// <summary>The bounded queues of one connection, and its writer's wait for them. Any thread offers; one writer waits
/// and takes.
/// <para>Every take serves the lanes in order and gives each its share (all control frames, about
/// <see cref="ShareBytes"/> of log and of requests, one chunk of bulk): what is urgent waits for one write at most,
/// and what is not urgent still moves under load.</para></summary>
internal sealed class OutgoingLanes : IValueTaskSource<bool>
{
    /// <summary>Bytes of the log lane, and of the request lane, that one write takes; one frame always goes.</summary>
    public const int ShareBytes = 256 << 10;

    private const int Lanes = 4;

    /// <summary>Frames beside the chunks in flight: begin and end of a transfer, and of a cancelled one before
    /// it.</summary>
    private const int BulkExtra = 4;

    private readonly Lock gate = new();
    private readonly Queue<OutgoingFrame>[] queues = [new(), new(), new(), new()];
    private readonly long[] bytes = new long[Lanes];
    private readonly int[] maxFrames;
    private readonly long[] maxBytes;
    private readonly PeerCounters counters;
    private ManualResetValueTaskSourceCore<bool> signal = new() { RunContinuationsAsynchronously = true };
    private int queued;
    private bool waiting;
    private bool closed;

    public OutgoingLanes(PeerLimits limits, PeerCounters counters)
    {
        this.counters = counters;
        maxFrames = [limits.ControlFrames, limits.LogFrames, limits.Requests, limits.SnapshotWindow + BulkExtra];
        maxBytes = [long.MaxValue, limits.LogBytes, limits.RequestBytes, long.MaxValue];
    }

    /// <summary>False: the lane is full, or the connection has ended.</summary>
    public bool Offer(in OutgoingFrame frame)
    {
        var lane = (int)frame.Lane;
        bool wake;
        lock (gate)
        {
            var queue = queues[lane];
            var fitsInBytes = queue.Count == 0 || bytes[lane] + frame.Size <= maxBytes[lane];
            if (closed || queue.Count >= maxFrames[lane] || !fitsInBytes)
            {
                counters.CountSendFailure();
                return false;
            }

            queue.Enqueue(frame);
            bytes[lane] += frame.Size;
            queued++;
            wake = waiting;
            waiting = false;
        }

        if (wake)
            signal.SetResult(true);
        return true;
    }

    /// <summary>Waits for frames; false when the connection has ended.</summary>
    public ValueTask<bool> WaitAsync()
    {
        lock (gate)
        {
            if (closed)
                return new ValueTask<bool>(false);
            if (queued > 0)
                return new ValueTask<bool>(true);
            waiting = true;
            signal.Reset();
            return new ValueTask<bool>(this, signal.Version);
        }
    }

    /// <summary>Takes what the next write should carry.</summary>
    public void Take(List<OutgoingFrame> batch)
    {
        lock (gate)
        {
            Take(Lane.Control, batch, long.MaxValue);
            Take(Lane.Log, batch, ShareBytes);
            Take(Lane.Request, batch, ShareBytes);
            Take(Lane.Bulk, batch, 1);
        }
    }

    /// <summary>Drops what waits and refuses everything from now on.</summary>
    public void Close()
    {
        bool wake;
        lock (gate)
        {
            if (closed)
                return;
            closed = true;
            foreach (var queue in queues)
            {
                foreach (var frame in queue)
                    frame.Release();
                queue.Clear();
            }

            queued = 0;
            wake = waiting;
            waiting = false;
        }

        if (wake)
            signal.SetResult(false);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => signal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => signal.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        signal.OnCompleted(continuation, state, token, flags);

    private void Take(Lane lane, List<OutgoingFrame> batch, long share)
    {
        var queue = queues[(int)lane];
        for (var taken = 0L; taken < share && queue.TryDequeue(out var frame); taken += frame.Size)
        {
            batch.Add(frame);
            bytes[(int)lane] -= frame.Size;
            queued--;
        }
    }
}
