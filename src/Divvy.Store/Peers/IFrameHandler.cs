namespace Divvy.Store.Peers;

/// <summary>What the owner of a connection does with its frames. One call at a time, but for <see cref="OnTick"/>.
/// </summary>
internal interface IFrameHandler
{
    /// <summary>Takes a frame; the payload is valid during the call.
    /// <exception cref="InvalidDataException">It breaks the protocol: the connection ends with the message.</exception>
    /// </summary>
    void OnFrame(FrameKind kind, ReadOnlySpan<byte> payload);

    /// <summary>Every <see cref="PeerTransportOptions.PingInterval"/>.</summary>
    void OnTick();
}
