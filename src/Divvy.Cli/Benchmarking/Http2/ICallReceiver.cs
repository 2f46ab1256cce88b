namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>Who made a call. Called on the thread that reads the connection, under the connection's lock: it may start
/// the next call from there, and must not block.</summary>
internal interface ICallReceiver
{
    /// <summary>One whole message came; the span is only valid during the call.</summary>
    void OnMessage(ReadOnlySpan<byte> message);

    /// <summary>The call is over; its stream may be used for another one.</summary>
    void OnEnd(CallStatus status);
}
