namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>One call at a time, and what is reused for the next: a client of the load keeps one stream object for all
/// its calls, so that a call allocates nothing. Guarded by the lock of its connection.</summary>
internal sealed class ClientStream(ICallReceiver receiver)
{
    /// <summary>Longest message taken from a server: a range over many keys is large.</summary>
    public const int MaxMessageSize = 512 * 1024 * 1024;

    private byte[] held = [];
    private int heldStart;
    private int heldEnd;

    public ICallReceiver Receiver { get; } = receiver;

    public ResponseHead Head { get; } = new();

    public MessageAssembler Messages { get; } = new(MaxMessageSize);

    /// <summary>The stream's number on its connection; 0 before and between calls.</summary>
    public int Id { get; set; }

    /// <summary>Octets the server is ready to take on this stream.</summary>
    public long SendWindow { get; set; }

    /// <summary>Octets received since the server was last given more to send.</summary>
    public int Unacknowledged { get; set; }

    public string Path { get; private set; } = "";

    /// <summary>Whether the request side is closed after the octets held back.</summary>
    public bool EndsAfterHeld { get; private set; }

    public ReadOnlySpan<byte> Held => held.AsSpan(heldStart, heldEnd - heldStart);

    /// <summary>Makes ready for a new call.</summary>
    public void Reset(string path)
    {
        Path = path;
        Id = 0;
        Unacknowledged = 0;
        heldStart = heldEnd = 0;
        EndsAfterHeld = false;
        Head.Clear();
        Messages.Clear();
    }

    /// <summary>Keeps a message with its prefix until it may be sent.</summary>
    public void Hold(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> message, bool endsAfter)
    {
        if (heldStart > 0)
        {
            Held.CopyTo(held);
            heldEnd -= heldStart;
            heldStart = 0;
        }

        var size = prefix.Length + message.Length;
        if (held.Length - heldEnd < size)
            Array.Resize(ref held, Math.Max(held.Length * 2, heldEnd + size));
        prefix.CopyTo(held.AsSpan(heldEnd));
        message.CopyTo(held.AsSpan(heldEnd + prefix.Length));
        heldEnd += size;
        EndsAfterHeld = endsAfter;
    }

    public void Release(int count) => heldStart += count;
}
