using System.Text;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>The requests on one connection that wait for their answers. Thread-safe.</summary>
internal sealed class PendingRequests
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, TaskCompletionSource<ReadOnlyMemory<byte>>> waiting = [];
    private string? ended;
    private ulong last;

    /// <summary>Registers a request; null when there are too many.
    /// <exception cref="PeerUnavailableException">The connection has ended.</exception></summary>
    public (ulong Number, Task<ReadOnlyMemory<byte>> Answer)? Add(int limit)
    {
        lock (gate)
        {
            if (ended is not null)
                throw new PeerUnavailableException(ended);
            if (waiting.Count >= limit)
                return null;
            var answer = new TaskCompletionSource<ReadOnlyMemory<byte>>(
                TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add(++last, answer);
            return (last, answer.Task);
        }
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Remove(ulong number)
    {
        lock (gate)
            waiting.Remove(number);
    }

    /// <summary>Takes an answer; one that nobody waits for any more is dropped.</summary>
    public void Complete(in Envelope answer, string peer)
    {
        TaskCompletionSource<ReadOnlyMemory<byte>>? request;
        lock (gate)
        {
            if (!waiting.Remove(answer.Number, out request))
                return;
        }

        if (answer.Extra == 0)
        {
            request.TrySetResult(answer.Body.ToArray());
            return;
        }

        request.TrySetException(new PeerUnavailableException(
            $"{peer} could not answer: {Encoding.UTF8.GetString(answer.Body)}"));
    }

    /// <summary>Fails all that wait, and all that come.</summary>
    public void End(string reason)
    {
        List<TaskCompletionSource<ReadOnlyMemory<byte>>> all;
        lock (gate)
        {
            ended = reason;
            all = [.. waiting.Values];
            waiting.Clear();
        }

        foreach (var request in all)
            request.TrySetException(new PeerUnavailableException(reason));
    }
}
