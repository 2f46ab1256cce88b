namespace Divvy.Client.Http;

/// <summary>The HTTP headers that requests to shards and their answers carry.</summary>
public static class ShardHeaders
{
    /// <summary>Request: the sharded service.</summary>
    public const string Namespace = "Divvy-Namespace";

    /// <summary>Request: the shard the router chose. Answer: the shard it is about.</summary>
    public const string Shard = "Divvy-Shard";

    /// <summary>Request: the generation in the router's table. Answer: the owner's; the fencing token.</summary>
    public const string Generation = "Divvy-Generation";

    /// <summary>Request: the record revision in the router's table. 421: the newest one known.</summary>
    public const string Revision = "Divvy-Revision";

    /// <summary>Request: the key the router hashed. Decides the shard when <see cref="Shard"/> is absent.</summary>
    public const string Key = "Divvy-Key";

    /// <summary>Request: an instance sent it on; it is not sent on again.</summary>
    public const string Forwarded = "Divvy-Forwarded";

    /// <summary>Request: the shards whose handlers it was sent from, outermost first (<c>a,b</c>). A shard that gives
    /// itself away answers such a request itself, instead of waiting for the next owner, who waits for it
    /// (R13).</summary>
    public const string Within = "Divvy-Within";

    /// <summary>Answer: the instance that gave it.</summary>
    public const string Instance = "Divvy-Instance";

    /// <summary>421: the owner's instance id, as far as known.</summary>
    public const string Owner = "Divvy-Owner";

    /// <summary>421: where the owner serves.</summary>
    public const string OwnerAddress = "Divvy-Owner-Address";

    /// <summary>503: <c>1</c> says that nothing of the request was executed, so that any method may be tried
    /// again.</summary>
    public const string NotExecuted = "Divvy-Not-Executed";

    /// <summary>Hand-over: the session the state is meant for, in hexadecimal.</summary>
    public const string Session = "Divvy-Session";
}
