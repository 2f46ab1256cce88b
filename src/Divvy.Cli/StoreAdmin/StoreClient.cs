using Divvy.Cli.Output;
using Divvy.Rpc;
using Divvy.Rpc.Client;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Cli.StoreAdmin;

/// <summary>Calls the members of a store, or of any etcd. Whatever goes wrong comes out as a
/// <see cref="CommandException"/> that names the endpoint.</summary>
internal sealed class StoreClient(IReadOnlyList<Uri> endpoints, HttpChannelOptions http, string? login)
    : IAsyncDisposable
{
    private static readonly TimeSpan timeout = TimeSpan.FromSeconds(15);

    private readonly Dictionary<Uri, IRpcChannel> channels = [];
    private string? token;

    public IReadOnlyList<Uri> Endpoints => endpoints;

    /// <summary>Asks the first member that can be reached; a change is sent to another one only when it surely did not
    /// leave.</summary>
    public async Task<TResponse> AnyAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var failures = new List<string>();
        foreach (var endpoint in endpoints)
        {
            try
            {
                // A member that answers its status is there; whatever happens after that is its answer.
                await CallAsync(endpoint, EtcdMethods.Status, new StatusRequest(), cancellationToken);
            }
            catch (CommandException failure) when (failure.Code == ExitCode.Unreachable)
            {
                failures.Add(failure.Message);
                continue;
            }

            return await CallAsync(endpoint, method, request, cancellationToken);
        }

        throw new CommandException(ExitCode.Unreachable, string.Join("; ", failures));
    }

    /// <summary>Asks one member.</summary>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        Uri endpoint, RpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        try
        {
            var options = await OptionsAsync(endpoint, timeout, cancellationToken);
            return await ChannelOf(endpoint).UnaryAsync(method, request, options, cancellationToken);
        }
        catch (RpcException failure)
        {
            throw Failure(endpoint, failure);
        }
    }

    /// <summary>Reads a stream of one member; it may take as long as it takes.</summary>
    public async Task StreamAsync<TRequest, TResponse>(
        Uri endpoint,
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        Func<TResponse, ValueTask> take,
        CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        try
        {
            var options = await OptionsAsync(endpoint, null, cancellationToken);
            await foreach (var response in ChannelOf(endpoint)
                .ServerStreamAsync(method, request, options, cancellationToken))
                await take(response);
        }
        catch (RpcException failure)
        {
            throw Failure(endpoint, failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels.Values)
            await channel.DisposeAsync();
    }

    private async Task<RpcCallOptions> OptionsAsync(
        Uri endpoint, TimeSpan? limit, CancellationToken cancellationToken)
    {
        if (login is not null && token is null)
        {
            var colon = login.IndexOf(':', StringComparison.Ordinal);
            var answer = await ChannelOf(endpoint).UnaryAsync(
                EtcdMethods.Authenticate,
                new AuthenticateRequest { Name = login[..colon], Password = login[(colon + 1)..] },
                new RpcCallOptions { Timeout = timeout },
                cancellationToken);
            token = answer.Token;
        }

        return new RpcCallOptions
        {
            Timeout = limit,
            Metadata = token is null ? RpcMetadata.Empty : RpcMetadata.Empty.With("token", token),
        };
    }

    private IRpcChannel ChannelOf(Uri endpoint)
    {
        if (!channels.TryGetValue(endpoint, out var channel))
            channels.Add(endpoint, channel = new HttpChannel(endpoint, http));
        return channel;
    }

    private static CommandException Failure(Uri endpoint, RpcException failure)
    {
        var code = failure.Code switch
        {
            RpcStatusCode.Unavailable or RpcStatusCode.DeadlineExceeded => ExitCode.Unreachable,
            RpcStatusCode.NotFound => ExitCode.NotFound,
            RpcStatusCode.InvalidArgument or RpcStatusCode.FailedPrecondition or RpcStatusCode.OutOfRange
                or RpcStatusCode.PermissionDenied or RpcStatusCode.Unauthenticated
                or RpcStatusCode.Unimplemented => ExitCode.Usage,
            _ => ExitCode.Failed,
        };
        return new CommandException(code, $"{endpoint.Authority}: {failure.Detail}", failure);
    }
}
