namespace Divvy.Store.Peers;

/// <summary>An open connection and what the other side answered to the hello.</summary>
internal sealed record DialedPeer(PeerSocket Socket, FrameReader Reader, HelloAnswer Answer) : IDisposable
{
    public void Dispose()
    {
        Reader.Dispose();
        Socket.Dispose();
    }
}
