using Divvy.Cli.Benchmarking.Http2;
using Divvy.Rpc;
using Google.Protobuf;

namespace Divvy.Cli.Benchmarking.Channels;

/// <summary>One call for its answer, for what is done around a load: not lean, but awaited.</summary>
internal sealed class UnaryCall : ICallReceiver
{
    private readonly TaskCompletionSource<byte[]> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[]? message;

    private UnaryCall()
    {
    }

    public void OnMessage(ReadOnlySpan<byte> message) => this.message = message.ToArray();

    public void OnEnd(CallStatus status)
    {
        if (!status.IsOk)
            answer.TrySetException(new RpcException(status.Code, status.Message));
        else if (message is null)
            answer.TrySetException(new RpcException(RpcStatusCode.Internal, "the call ended without a response"));
        else
            answer.TrySetResult(message);
    }

    /// <exception cref="RpcException">Any status but OK.</exception>
    public static async Task<TResponse> MakeAsync<TRequest, TResponse>(
        CallChannel channel,
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        method.ResponseParser.ParseFrom(
            await MakeAsync(channel, method.Path, request.ToByteArray(), cancellationToken));

    /// <exception cref="RpcException">Any status but OK.</exception>
    public static async Task<byte[]> MakeAsync(
        CallChannel channel, string path, byte[] request, CancellationToken cancellationToken)
    {
        var call = new UnaryCall();
        var stream = new ClientStream(call);
        if (!channel.Start(stream, path, request))
            throw new RpcException(RpcStatusCode.Unavailable, $"{channel.Target}: the connection is closed");
        try
        {
            return await call.answer.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            channel.Cancel(stream);
            throw;
        }
    }
}
