using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Google.Protobuf;

namespace Divvy.Simulation.Network;

/// <summary>The server's half of a call over a <see cref="SimChannel"/>: carries what arrives into a call of the
/// production code's in-process channel, and what comes out of it back. Everything here runs in the server's
/// process.</summary>
internal sealed class SimServerCall<TRequest, TResponse>(
    SimNetwork network, SimCall<TRequest, TResponse> client, ClientConnection connection)
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    private const int FrameBytes = 40;

    private readonly Queue<TRequest?> requests = new();
    private readonly CancellationTokenSource reset = new();
    private ConnectionEnd? end;
    private RpcCall<TRequest, TResponse>? call;
    private TaskCompletionSource? creditCame;
    private bool carrying;
    private bool hasEnded;
    private int credit = SimCall<TRequest, TResponse>.Window;
    private int taken;

    /// <summary>The head of the call has arrived.</summary>
    /// <param name="far">This side's end.</param>
    /// <param name="method">What is called.</param>
    /// <param name="options">What the client said.</param>
    /// <param name="only">The only request; null: they come by themselves.</param>
    public void Open(
        ConnectionEnd far, RpcMethod<TRequest, TResponse> method, RpcCallOptions options, TRequest? only)
    {
        end = far;
        if (network.ListenerOf<RpcServices>(far.Process) is not { } services)
        {
            End(new RpcException(RpcStatusCode.Unavailable, $"nothing serves gRPC on {far.Process.Name}"), null);
            return;
        }

        far.Broken += OnBroken;
        call = new InProcessChannel(services, far.Process.Clock).Open(method, options, reset.Token);
        var isUnary = services.Handlers.TryGetValue(method.Path, out var handler) && handler.Type == RpcCallType.Unary;
        if (only is not null)
        {
            Message(only);
            HalfClose();
        }

        // Its end is the call's: whatever fails becomes the status that the client gets.
        _ = AnswerAsync(call, isUnary);
    }

    public void Message(TRequest request) => Take(request);

    public void HalfClose() => Take(null);

    /// <summary>The client has ended the call.</summary>
    public void Reset()
    {
        if (hasEnded)
            return;
        Forget();
        reset.Cancel();
    }

    /// <summary>The client has read so many responses more.</summary>
    public void OnCredit(int more)
    {
        credit += more;
        var waiting = creditCame;
        creditCame = null;
        waiting?.SetResult();
    }

    private void OnBroken(string reason) => Reset();

    private void Take(TRequest? request)
    {
        if (hasEnded)
            return;
        requests.Enqueue(request);
        if (!carrying)
            _ = CarryAsync();
    }

    private async Task CarryAsync()
    {
        carrying = true;
        try
        {
            while (requests.TryDequeue(out var request))
            {
                if (request is null)
                {
                    await call!.CompleteAsync().ConfigureAwait(false);
                    continue;
                }

                await call!.WriteAsync(request).ConfigureAwait(false);
                if (++taken < SimCall<TRequest, TResponse>.Window / 2 || hasEnded)
                    continue;
                var more = taken;
                taken = 0;
                connection.Answer(end!, FrameBytes, () => client.OnCredit(more));
            }
        }
        catch (Exception ended) when (ended is RpcException or OperationCanceledException)
        {
            // The handler reads no more; its answer says why.
            requests.Clear();
        }

        carrying = false;
    }

    private async Task AnswerAsync(RpcCall<TRequest, TResponse> from, bool isUnary)
    {
        try
        {
            TResponse? last = null;
            while (await from.ReadAsync().ConfigureAwait(false) is { } response)
            {
                // The only answer of a unary call goes together with its status.
                if (isUnary)
                    last = response;
                else
                    await SendAsync(response).ConfigureAwait(false);
            }

            End(null, last, from.Trailers);
        }
        catch (RpcException failure)
        {
            End(failure, null, failure.Trailers);
        }
        catch (OperationCanceledException)
        {
            // Reset, and nobody waits for an answer.
        }
    }

    private async ValueTask SendAsync(TResponse response)
    {
        while (credit == 0 && !hasEnded)
        {
            creditCame = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var watched = reset.Token.UnsafeRegister(
                static state => ((SimServerCall<TRequest, TResponse>)state!).OnCredit(0), this);
            await creditCame.Task.ConfigureAwait(false);
        }

        if (hasEnded)
            return;
        credit--;
        connection.Answer(end!, FrameBytes + response.CalculateSize(), () => client.OnResponse(response));
    }

    private void End(RpcException? failure, TResponse? last, RpcMetadata? trailers = null)
    {
        if (hasEnded)
            return;
        Forget();
        connection.Answer(end!, FrameBytes + (last?.CalculateSize() ?? 0), () =>
        {
            if (last is not null)
                client.OnResponse(last);
            client.OnEnd(failure, trailers ?? RpcMetadata.Empty);
        });
    }

    private void Forget()
    {
        hasEnded = true;
        if (end is not null)
            end.Broken -= OnBroken;
    }
}
