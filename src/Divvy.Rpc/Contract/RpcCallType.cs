namespace Divvy.Rpc;

/// <summary>How many messages go each way in a call.</summary>
public enum RpcCallType
{
    /// <summary>One request, one response.</summary>
    Unary,

    /// <summary>One request, any number of responses.</summary>
    ServerStream,

    /// <summary>Any number of both.</summary>
    Duplex,
}
