using System.Globalization;

namespace Divvy.Client.Hosting;

/// <summary>How an instance takes part in a sharded service. Read once, when the host is made.</summary>
public sealed class ShardHostOptions
{
    /// <summary>The sharded service; it must exist on the servers. Given to <c>AddShardHost</c>.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>The servers, any of which will do; the next one is tried when one fails.</summary>
    public IList<Uri> Servers { get; set; } = [];

    /// <summary>Names the instance, for people and for pins: 1 to 128 letters, digits, '-', '_', '.', ':'. Only one
    /// process at a time can hold an id. Default: machine name and process id.</summary>
    public string InstanceId { get; set; } =
        string.Create(
            CultureInfo.InvariantCulture, $"{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}");

    /// <summary>Where callers and other instances reach this one, such as <c>http://10.0.0.7:8080</c>. Null in an
    /// ASP.NET Core application: the first address the server listens on, if that is not a wildcard. May be set until
    /// the start.</summary>
    public Uri? Address { get; set; }

    /// <summary>Whether anybody calls this instance. False: it works for itself, as a consumer of a stream does; it
    /// needs
    /// no <see cref="Address"/>, and routers learn who owns its shards, but not where. Default true.</summary>
    public bool TakesRequests { get; set; } = true;

    /// <summary>The failure domain; standbys are kept in other zones than owners where possible.</summary>
    public string Zone { get; set; } = "";

    /// <summary>How much this instance can carry relative to the others; above 0. Default 1.</summary>
    public double Capacity { get; set; } = 1;

    /// <summary>For people and tools; at most 64.</summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How many handler calls may run at once, over all shards. Default 16.</summary>
    public int MaxConcurrentHandlers { get; set; } = 16;

    /// <summary>After this a handler's token is cancelled, but for <see cref="IShardHandler.PrepareDropAsync"/>, which
    /// the shard waits for: giving it away while its handler works could make two owners. Default 30 s.</summary>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long requests for a shard that moved away are sent on to its new owner. Routers learn of a move
    /// within milliseconds; this is for those that were cut off. Default 5 s.</summary>
    public TimeSpan ForwardFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many requests may wait for one shard while it arrives; more are refused with 503. Default
    /// 1,024.</summary>
    public int QueueLimit { get; set; } = 1_024;

    /// <summary>How many requests may wait in all. At least <see cref="QueueLimit"/>. Default 16,384.</summary>
    public int TotalQueueLimit { get; set; } = 16_384;

    /// <summary>How long one request may wait. Default 10 s, what routers wait for an answer.</summary>
    public TimeSpan MaxQueueTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stopping host waits for its shards to move away. Default 30 s, the generic host's own limit
    /// for stopping; the application must allow at least that (<c>HostOptions.ShutdownTimeout</c>).</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a drained host stays to send on what routers still send to it. Default 250 ms.</summary>
    public TimeSpan DrainLinger { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long <see cref="ShardHost.StartAsync"/> tries to get a session. Default 30 s: longer than the lease
    /// of a crashed predecessor with the same id.</summary>
    public TimeSpan RegisterTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a server may take to answer a registration before the next is tried. Default 5 s.</summary>
    public TimeSpan ServerTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after all servers failed once; doubles up to <see cref="ReconnectMax"/>. Default 50
    /// ms.</summary>
    public TimeSpan ReconnectMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between tries. Default 1 s: well within any session's time.</summary>
    public TimeSpan ReconnectMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The largest state sent or taken in a hand-over. Default 4 MiB.</summary>
    public int MaxHandOverBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How much received state may wait for its shards, in all. Default 256 MiB; more is refused, and those
    /// shards start cold.</summary>
    public long MaxHandOverBytesHeld { get; set; } = 256L * 1024 * 1024;

    /// <summary>How long sending a state may take. Default 10 s.</summary>
    public TimeSpan HandOverTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a forwarded request may take to reach the next owner and be answered. Default 30 s.</summary>
    public TimeSpan ForwardTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many messages may wait for the stream to the server. Beyond it the stream is given up and opened
    /// anew, which repeats what matters. Default 65,536.</summary>
    public int MaxPendingMessages { get; set; } = 65_536;

    /// <summary>What requests to other instances go through, shared by hosts of one process, not disposed by them;
    /// null: the host makes its own.</summary>
    public HttpMessageHandler? PeerHandler { get; set; }
}
