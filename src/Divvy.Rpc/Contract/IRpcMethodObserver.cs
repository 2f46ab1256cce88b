namespace Divvy.Rpc;

/// <summary>Is told what happens to the calls of one method, for metrics. It is called on the threads of the calls: it
/// must be thread-safe and quick, and must not throw.</summary>
public interface IRpcMethodObserver
{
    /// <summary>A call reached its handler.</summary>
    void Started(RpcServerContext context);

    /// <summary>A request was read off the wire; in-process calls have no wire.</summary>
    /// <param name="bytes">Size of the message, without its frame.</param>
    void Received(long bytes);

    /// <summary>A response was written to the wire.</summary>
    /// <param name="bytes">Size of the message, without its frame.</param>
    void Sent(long bytes);

    /// <summary>The handler ended.</summary>
    void Ended(RpcStatusCode code, TimeSpan elapsed);
}
