using System.Threading.Channels;
using Divvy.Rpc;
using Google.Protobuf;

namespace Divvy.Client.Tests.Etcd;

/// <summary>A channel whose every call is answered by the test, failures of the transport included.</summary>
internal sealed class ScriptedChannel(string target = "scripted") : IRpcChannel
{
    private readonly Dictionary<string, Delegate> scripts = [];
    private int calls;

    public string Target => target;

    /// <summary>How many calls were opened.</summary>
    public int Calls => Volatile.Read(ref calls);

    /// <summary>Answers each call of a unary method by the function, which may throw.</summary>
    public ScriptedChannel On<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, Func<TRequest, RpcCallOptions, Task<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        OnStream(method, async (requests, responses, options) =>
        {
            var response = await answer(await requests.ReadAsync(), options);
            await responses.WriteAsync(response);
        });

    /// <summary>Runs each call of a streaming method as the function.</summary>
    public ScriptedChannel OnStream<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        Func<ChannelReader<TRequest>, ChannelWriter<TResponse>, RpcCallOptions, Task> script)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        scripts[method.Path] = script;
        return this;
    }

    public RpcCall<TRequest, TResponse> Open<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        Interlocked.Increment(ref calls);
        var script = (Func<ChannelReader<TRequest>, ChannelWriter<TResponse>, RpcCallOptions, Task>)
            scripts[method.Path];
        return new Call<TRequest, TResponse>(script, options ?? RpcCallOptions.Default, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Call<TRequest, TResponse> : RpcCall<TRequest, TResponse>
        where TRequest : class
        where TResponse : class
    {
        private readonly Channel<TRequest> requests = Channel.CreateUnbounded<TRequest>();
        private readonly Channel<TResponse> responses = Channel.CreateUnbounded<TResponse>();
        private readonly CancellationTokenRegistration registration;

        public Call(
            Func<ChannelReader<TRequest>, ChannelWriter<TResponse>, RpcCallOptions, Task> script,
            RpcCallOptions options,
            CancellationToken cancellationToken)
        {
            registration = cancellationToken.Register(() => End(new OperationCanceledException(cancellationToken)));
            _ = RunAsync();

            async Task RunAsync()
            {
                try
                {
                    await script(requests.Reader, responses.Writer, options);
                    End(null);
                }
                catch (Exception failure)
                {
                    End(failure);
                }
            }
        }

        public override RpcMetadata Trailers => RpcMetadata.Empty;

        public override ValueTask WriteAsync(TRequest request, CancellationToken cancellationToken = default)
        {
            requests.Writer.TryWrite(request);
            return ValueTask.CompletedTask;
        }

        public override ValueTask CompleteAsync(CancellationToken cancellationToken = default)
        {
            requests.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public override async ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                return await responses.Reader.ReadAsync(cancellationToken);
            }
            catch (ChannelClosedException closed)
            {
                return closed.InnerException is { } failure ? throw failure : null;
            }
        }

        public override ValueTask<RpcMetadata> ResponseHeadersAsync(CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(RpcMetadata.Empty);

        public override ValueTask DisposeAsync()
        {
            registration.Dispose();
            End(new OperationCanceledException());
            return ValueTask.CompletedTask;
        }

        private void End(Exception? failure)
        {
            responses.Writer.TryComplete(failure);
            requests.Writer.TryComplete(failure);
        }
    }
}
