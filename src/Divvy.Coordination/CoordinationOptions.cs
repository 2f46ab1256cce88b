using Divvy.Coordination.Layout;

namespace Divvy.Coordination;

/// <summary>How a server coordinates. Immutable; check it with <see cref="Validate"/> before use.</summary>
public sealed record CoordinationOptions
{
    /// <summary>Shortest session an etcd with default settings grants is 2 s; below 1 s nothing is sensible.</summary>
    public static readonly TimeSpan ShortestTtl = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan LongestTtl = TimeSpan.FromHours(1);

    /// <summary>Names this server in keys, logs and answers: letters, digits, '-', '_', '.', ':'. Unique among the
    /// servers of a store.</summary>
    public required string ServerId { get; init; }

    /// <summary>Put before every key; empty for none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>How long an instance may be silent before its session ends, where its namespace says nothing. Default
    /// 10 s: three heartbeats and a garbage collection fit into it. 1 s to 1 h, whole seconds in the store.</summary>
    public TimeSpan SessionTtl { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a namespace is without a controller when its server dies. Default 5 s: shards keep their
    /// owners meanwhile, only new decisions wait. 1 s to 1 h.</summary>
    public TimeSpan ControllerTtl { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a controller waits after the first instance of a namespace came, so that the first plan sees
    /// those that start together. Default 200 ms; 0 to 1 min.</summary>
    public TimeSpan SettleDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a controller collects changes before it plans. Default 5 ms; 0 to 1 s.</summary>
    public TimeSpan PlanDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a message to an instance or a router may wait to be taken before the stream is dropped: it
    /// reconnects and starts from the current state. Default 10 s; 100 ms to 1 min.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stream may take to send its first message, and this server to catch up with what that
    /// message has seen. Default 10 s; 100 ms to 1 min.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Transactions of one controller or step executor under way at the same time. Default 8; 1 to
    /// 64.</summary>
    public int MaxTransactionsInFlight { get; init; } = 8;

    /// <summary>Operations and compares in a transaction. Default 128, etcd's own default (--max-txn-ops); 8 to
    /// 1024.</summary>
    public int MaxTransactionOperations { get; init; } = 128;

    /// <summary>Session and routing streams this server takes. Default 10,000; 1 to 1,000,000.</summary>
    public int MaxStreams { get; init; } = 10_000;

    /// <summary>Events kept per namespace. Default 1,000; 10 to 100,000.</summary>
    public int MaxEvents { get; init; } = 1_000;

    /// <summary>Everything that is wrong, one sentence each; empty if nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!StoreLayout.IsName(ServerId))
            errors.Add(
                $"ServerId '{ServerId}' is not 1 to {StoreLayout.MaxNameLength} letters, digits, '-', '_', '.', ':'.");
        if (Prefix.Length > 0 && !Prefix.StartsWith('/'))
            errors.Add($"Prefix '{Prefix}' does not start with '/': it is put before keys like /shards/.");
        Check(errors, nameof(SessionTtl), SessionTtl, ShortestTtl, LongestTtl);
        Check(errors, nameof(ControllerTtl), ControllerTtl, ShortestTtl, LongestTtl);
        Check(errors, nameof(SettleDelay), SettleDelay, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Check(errors, nameof(PlanDelay), PlanDelay, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Check(errors, nameof(SendTimeout), SendTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Check(errors, nameof(OpenTimeout), OpenTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Check(errors, nameof(MaxTransactionsInFlight), MaxTransactionsInFlight, 1, 64);
        Check(errors, nameof(MaxTransactionOperations), MaxTransactionOperations, 8, 1024);
        Check(errors, nameof(MaxStreams), MaxStreams, 1, 1_000_000);
        Check(errors, nameof(MaxEvents), MaxEvents, 10, 100_000);
        return errors;
    }

    private static void Check<T>(List<string> errors, string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            errors.Add($"{name} is {value}; it must be {least} to {most}.");
    }
}
