using Divvy.Rpc;

namespace Divvy.Client.Etcd;

/// <summary>A call to the store that failed for good: refused by the store, or not answered in time.</summary>
public sealed class EtcdException : Exception
{
    public EtcdException(
        RpcStatusCode code, string message, string detail = "", string endpoint = "", string hint = "",
        bool outcomeUnknown = false, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Detail = detail;
        Endpoint = endpoint;
        Hint = hint;
        OutcomeUnknown = outcomeUnknown;
    }

    public RpcStatusCode Code { get; }

    /// <summary>The store's own text, for example <c>etcdserver: requested lease not found</c>.</summary>
    public string Detail { get; }

    /// <summary>The endpoint that failed last.</summary>
    public string Endpoint { get; }

    /// <summary>What to do next, or empty.</summary>
    public string Hint { get; }

    /// <summary>True: the write may have happened, or may still happen. False: it did not and will not.</summary>
    public bool OutcomeUnknown { get; }
}
