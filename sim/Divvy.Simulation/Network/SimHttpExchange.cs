namespace Divvy.Simulation.Network;

/// <summary>One request on its way, and its response.</summary>
internal sealed class SimHttpExchange(SimNetwork network, ClientConnection connection, SimHttpRequest request)
    : IExchange
{
    private const int ResetBytes = 40;

    private readonly TaskCompletionSource<SimHttpResponse> answered =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource gone = new();
    private ConnectionEnd? end;
    private bool hasEnded;

    /// <exception cref="HttpRequestException">The connection could not be made, or broke.</exception>
    public async Task<SimHttpResponse> RunAsync(CancellationToken cancellationToken)
    {
        var number = connection.Begin(this);
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((SimHttpExchange)state!).Cancel(token), this);
        connection.Send(request.Bytes, Serve);
        try
        {
            return await answered.Task.ConfigureAwait(false);
        }
        finally
        {
            connection.End(number);
        }
    }

    /// <inheritdoc/>
    public void Broke(string reason, bool neverSent) =>
        answered.TrySetException(new HttpRequestException(
            neverSent ? HttpRequestError.ConnectionError : HttpRequestError.ResponseEnded, reason));

    private void Cancel(CancellationToken token)
    {
        if (answered.TrySetCanceled(token))
            connection.Send(ResetBytes, _ => Abandon());
    }

    /// <summary>Runs in the server's process, as all below.</summary>
    private void Serve(ConnectionEnd far)
    {
        end = far;
        if (network.ListenerOf<SimHttpServer>(far.Process) is not { } server)
        {
            far.Break("nothing serves HTTP here");
            connection.Answer(far, ResetBytes, () => Broke("nothing serves HTTP there", neverSent: true));
            return;
        }

        far.Broken += OnBroken;
        _ = AnswerAsync(server);
    }

    private void OnBroken(string reason) => Abandon();

    private void Abandon()
    {
        if (hasEnded)
            return;
        Forget();
        gone.Cancel();
    }

    private async Task AnswerAsync(SimHttpServer server)
    {
        var (response, completed) = await server.HandleAsync(request, gone.Token).ConfigureAwait(false);
        if (!hasEnded)
        {
            Forget();
            if (response is null)
            {
                var broken = new HttpRequestException(HttpRequestError.ResponseEnded, "the server aborted the request");
                connection.Answer(end!, ResetBytes, () => answered.TrySetException(broken));
            }
            else
            {
                connection.Answer(end!, response.Bytes, () => answered.TrySetResult(response));
            }
        }

        await completed().ConfigureAwait(false);
    }

    private void Forget()
    {
        hasEnded = true;
        end!.Broken -= OnBroken;
    }
}
