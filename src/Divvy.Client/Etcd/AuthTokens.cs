using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Client.Etcd;

/// <summary>The token of the client's user: fetched once for all calls, fetched anew when the store refused it. The
/// store's simple tokens live five minutes after their last use, so refusal is normal. Thread-safe.</summary>
internal sealed class AuthTokens(string? user, string? password) : IDisposable
{
    private readonly SemaphoreSlim single = new(1, 1);
    private volatile Fetched? current;

    /// <summary>A user was configured.</summary>
    public bool Enabled => user is not null;

    /// <summary>The metadata of a call: that it needs a leader, and the token.</summary>
    public async ValueTask<RpcMetadata> MetadataAsync(
        EtcdConnection connection, bool needsLeader, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var metadata = needsLeader ? leaderRequired : RpcMetadata.Empty;
        if (!Enabled)
            return metadata;
        var fetched = current ?? await FetchAsync(connection, timeout, cancellationToken).ConfigureAwait(false);
        return fetched.Token is null ? metadata : metadata.With("token", fetched.Token);
    }

    /// <summary>Forgets the token that these metadata carried, unless it was replaced in the meantime.</summary>
    public void Refused(RpcMetadata metadata)
    {
        var seen = current;
        if (seen is not null && seen.Token == metadata.Get("token"))
            Interlocked.CompareExchange(ref current, null, seen);
    }

    public void Dispose() => single.Dispose();

    private async ValueTask<Fetched> FetchAsync(
        EtcdConnection connection, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await single.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (current is { } fetched)
                return fetched;
            var token = await AuthenticateAsync(connection, timeout, cancellationToken).ConfigureAwait(false);
            return current = new Fetched(token);
        }
        finally
        {
            single.Release();
        }
    }

    private async ValueTask<string?> AuthenticateAsync(
        EtcdConnection connection, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var response = await connection.Channel.UnaryAsync(
                EtcdMethods.Authenticate,
                new AuthenticateRequest { Name = user, Password = password ?? "" },
                new RpcCallOptions { Timeout = timeout },
                cancellationToken).ConfigureAwait(false);
            return response.Token;
        }
        catch (RpcException refused) when (refused.Code == RpcStatusCode.FailedPrecondition)
        {
            // "authentication is not enabled": then no token is needed, until a call is told otherwise.
            return null;
        }
    }

    private static readonly RpcMetadata leaderRequired = RpcMetadata.Empty.With("hasleader", "true");

    private sealed record Fetched(string? Token);
}
