using System.Text;
using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>Answers the requests of one connection, several at once, and owns the tasks that do.</summary>
internal sealed class AnswerDesk(
    OutgoingLanes lanes, IPeerReceiver receiver, NodeId peer, int limit, TimeProvider time) : IAsyncDisposable
{
    private const int MaxReason = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<ulong, Task> running = [];
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Begins to answer; the request is copied.
    /// <exception cref="InvalidDataException">The number is taken.</exception></summary>
    public void Begin(in Envelope frame)
    {
        var (number, request) = (frame.Number, frame.Body.ToArray());
        var timeout = TimeSpan.FromMilliseconds(Math.Min(frame.Extra, int.MaxValue));
        lock (gate)
        {
            if (running.ContainsKey(number))
                throw new InvalidDataException($"a second request {number} while the first is being answered");
            if (running.Count < limit && !stopping.IsCancellationRequested)
            {
                running.Add(number, Task.Run(() => AnswerAsync(number, request, timeout)));
                return;
            }
        }

        Fail(number, $"{limit} requests are being answered already");
    }

    public async ValueTask DisposeAsync()
    {
        Task[] all;
        await stopping.CancelAsync().ConfigureAwait(false);
        lock (gate)
            all = [.. running.Values];
        await Task.WhenAll(all).ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task AnswerAsync(ulong number, byte[] request, TimeSpan timeout)
    {
        using var limited = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limited.Token, stopping.Token);
        try
        {
            var answer = await receiver.AnswerAsync(peer, request, both.Token).ConfigureAwait(false);
            lanes.Offer(OutgoingFrame.Of(FrameKind.Answer, number, 0, answer));
        }
        catch (Exception failure)
        {
            // Whatever it is belongs to the asker: the contract of AnswerAsync.
            Fail(number, failure.Message);
        }
        finally
        {
            lock (gate)
                running.Remove(number);
        }
    }

    private void Fail(ulong number, string reason)
    {
        var text = Encoding.UTF8.GetBytes(reason.Length <= MaxReason ? reason : reason[..MaxReason]);
        lanes.Offer(OutgoingFrame.Of(FrameKind.Answer, number, 1, text));
    }
}
