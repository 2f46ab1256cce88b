using Divvy.Rpc;

namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>How a call ended.</summary>
internal readonly record struct CallStatus(RpcStatusCode Code, string Message)
{
    public static readonly CallStatus Ok = new(RpcStatusCode.OK, "");

    public bool IsOk => Code == RpcStatusCode.OK;

    public static CallStatus Unavailable(string message) => new(RpcStatusCode.Unavailable, message);

    /// <summary>As etcd's Go client prints it: its own errors by their text, others with the code.</summary>
    public override string ToString() =>
        Message.StartsWith("etcdserver: ", StringComparison.Ordinal)
            ? Message
            : $"rpc error: code = {Code} desc = {Message}";
}
