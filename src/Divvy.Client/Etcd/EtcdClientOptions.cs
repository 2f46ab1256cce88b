using Divvy.Rpc;
using Divvy.Rpc.Client;

namespace Divvy.Client.Etcd;

/// <summary>How an <see cref="EtcdClient"/> reaches its store.</summary>
public sealed record EtcdClientOptions
{
    /// <summary>A read of a whole prefix comes in one message, so the limit of gRPC, 4 MiB, would be too low.</summary>
    public const int DefaultMaxResponseBytes = 256 * 1024 * 1024;

    /// <summary>The members to try, in this order. At least one.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>How to connect: TLS, pings, limits. By default as HTTP channels are, but for
    /// <see cref="DefaultMaxResponseBytes"/>.</summary>
    public HttpChannelOptions Http { get; init; } = new() { MaxReceiveMessageSize = DefaultMaxResponseBytes };

    /// <summary>Opens the channel to one endpoint, which the client disposes; null: HTTP/2 as <see cref="Http"/>
    /// says.</summary>
    public Func<Uri, IRpcChannel>? Channels { get; init; }

    /// <summary>Time for a whole call with its retries. Default 5 s, etcd's own request timeout.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>User to authenticate as; null: none. A store without authentication is used without.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Pause after all endpoints failed once; doubles with every further round. Default 50 ms.</summary>
    public TimeSpan BackoffBase { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause. Default 1 s, below etcd's usual election time.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where the jitter of pauses comes from; used by many threads at once. Default: the system's.</summary>
    public Random Dice { get; init; } = Random.Shared;

    /// <summary>A watch that hears nothing for this long asks whether the server is alive, and after the same time
    /// again goes to another endpoint. Default 15 s.</summary>
    public TimeSpan WatchIdleTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Throws an <see cref="ArgumentException"/> that lists everything that is wrong.</summary>
    internal void Validate()
    {
        List<string> errors = [];
        if (Endpoints.Count == 0)
            errors.Add($"{nameof(Endpoints)} is empty");
        if (Timeout <= TimeSpan.Zero)
            errors.Add($"{nameof(Timeout)} is {Timeout}, it has to be positive");
        if (BackoffBase <= TimeSpan.Zero || BackoffMax < BackoffBase)
            errors.Add($"{nameof(BackoffBase)} {BackoffBase} has to be positive and at most {nameof(BackoffMax)}"
                + $" {BackoffMax}");
        if (WatchIdleTimeout <= TimeSpan.Zero)
            errors.Add($"{nameof(WatchIdleTimeout)} is {WatchIdleTimeout}, it has to be positive");
        if (Password is not null && User is null)
            errors.Add($"a {nameof(Password)} is given without a {nameof(User)}");
        if (errors.Count > 0)
            throw new ArgumentException($"the etcd client's options are wrong: {string.Join("; ", errors)}");
    }
}
