using System.Buffers.Binary;

namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>
/// The client's side of one HTTP/2 connection that carries gRPC calls, without the socket.
///
/// A load generator shares the machine with the server it measures, so what it spends per call decides what can be
/// seen at all. This one spends little because it does little: octets come in by <see cref="Receive"/>, which calls
/// back who waits, who starts the next call at once, whose frames pile up in <see cref="Output"/>; the driver sends
/// them in one piece when everything that was received is dealt with. No task, no thread change, no allocation a call.
///
/// What is spoken (RFC 9113, and gRPC over HTTP/2): prior knowledge or ALPN; HPACK with dynamic tables both ways; flow
/// control both ways, where a body that may not be sent yet waits in its stream; the server's limit of streams, where
/// a call that may not be opened yet waits in line; PING, SETTINGS, GOAWAY, RST_STREAM. Server push is refused. The
/// receive windows are large and refilled at half, because this client consumes what it gets at once.
///
/// Guarded by the driver's lock; the callbacks run under it.
/// </summary>
internal sealed class ClientConnection
{
    /// <summary>Receive window of a stream.</summary>
    public const int StreamWindow = 16 * 1024 * 1024;

    private const int ConnectionWindow = 1 << 30;
    private const int InitialWindow = 65_535;
    private const int MaxHeaderBlock = 256 * 1024;
    private const int LastStreamId = int.MaxValue - 2;
    private const uint ErrorCancel = 8;

    private readonly Dictionary<int, ClientStream> streams = [];
    private readonly Queue<ClientStream> waiting = [];
    private readonly List<ClientStream> blocked = [];
    private readonly HpackDecoder decoder = new();
    private readonly ResponseHead discarded = new();
    private readonly HpackEncoder encoder;
    private readonly List<byte> headerBlock = [];
    private ResponseHead target;
    private readonly Action<HeaderField> take;
    private int nextStreamId = 1;
    private int continuedStream;
    private bool continuedEnds;
    private bool isLeaving;
    private uint maxStreams = uint.MaxValue;
    private int maxFrame = FrameHeader.DefaultMaxLength;
    private long initialSendWindow = InitialWindow;
    private long sendWindow = InitialWindow;
    private int unacknowledged;

    /// <param name="scheme">http or https.</param>
    /// <param name="authority">Host and port.</param>
    /// <param name="metadata">Headers of every call, such as a token.</param>
    public ClientConnection(string scheme, string authority, IReadOnlyList<HeaderField> metadata)
    {
        target = discarded;
        take = field => target.Take(field);
        encoder = new HpackEncoder(
        [
            new(":method", "POST"), new(":scheme", scheme), new(":authority", authority),
            new("content-type", "application/grpc"), new("te", "trailers"), new("user-agent", "divvy-bench"),
            .. metadata,
        ]);
        Output.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Output.WriteFrame(FrameType.Settings, FrameFlags.None, 0, 12);
        Output.WriteSetting(Setting.EnablePush, 0);
        Output.WriteSetting(Setting.InitialWindowSize, StreamWindow);
        Output.WriteFrame(FrameType.WindowUpdate, FrameFlags.None, 0, 4);
        Output.WriteInt32(ConnectionWindow - InitialWindow);
    }

    /// <summary>Frames to be sent.</summary>
    public OutputBuffer Output { get; private set; } = new();

    /// <summary>Whether the server's first settings came, and with them its limits.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Calls that are not over, those waiting in line included.</summary>
    public int ActiveCalls => streams.Count + waiting.Count;

    /// <summary>The server asked to make new calls elsewhere; nothing new is taken.</summary>
    public bool IsLeaving => isLeaving || nextStreamId > LastStreamId;

    /// <summary>Why the server is leaving, if it said so.</summary>
    public string LeaveReason { get; private set; } = "";

    /// <summary>How many streams the server lets be open at a time.</summary>
    public uint MaxStreams => maxStreams;

    /// <summary>Starts a call with its first message. False: the connection takes no new calls.</summary>
    public bool Start(ClientStream stream, string path, ReadOnlySpan<byte> message, bool isOnly)
    {
        if (IsLeaving)
            return false;
        stream.Reset(path);
        if (streams.Count < maxStreams)
        {
            Open(stream);
            Write(stream, message, isOnly);
            return true;
        }

        Span<byte> prefix = stackalloc byte[MessageAssembler.PrefixSize];
        WritePrefix(prefix, message.Length);
        stream.Hold(prefix, message, isOnly);
        waiting.Enqueue(stream);
        return true;
    }

    /// <summary>Sends one more message of a call.</summary>
    public void Write(ClientStream stream, ReadOnlySpan<byte> message, bool isLast)
    {
        Span<byte> prefix = stackalloc byte[MessageAssembler.PrefixSize];
        WritePrefix(prefix, message.Length);
        var size = prefix.Length + message.Length;
        var room = Math.Min(maxFrame, Math.Min(sendWindow, stream.SendWindow));
        if (stream.Id != 0 && stream.Held.IsEmpty && size <= room)
        {
            Output.WriteFrame(
                FrameType.Data, isLast ? FrameFlags.EndStream : FrameFlags.None, stream.Id, size);
            Output.Write(prefix);
            Output.Write(message);
            sendWindow -= size;
            stream.SendWindow -= size;
            return;
        }

        var wasBlocked = !stream.Held.IsEmpty;
        stream.Hold(prefix, message, isLast);
        if (stream.Id != 0 && !wasBlocked && !SendHeld(stream))
            blocked.Add(stream);
    }

    /// <summary>Takes the frames to be sent away, and goes on with an empty buffer.</summary>
    public OutputBuffer SwapOutput(OutputBuffer empty)
    {
        var full = Output;
        Output = empty;
        return full;
    }

    /// <summary>Gives a call up, without a callback.</summary>
    public void Cancel(ClientStream stream)
    {
        if (stream.Id == 0 || !streams.Remove(stream.Id))
            return;
        Output.WriteFrame(FrameType.RstStream, FrameFlags.None, stream.Id, 4);
        Output.WriteInt32(ErrorCancel);
        stream.Id = 0;
        blocked.Remove(stream);
    }

    /// <summary>Deals with every whole frame of the input and returns how many octets those were.
    /// <exception cref="Http2Exception">The server broke the protocol; call <see cref="Fail"/> then.</exception>
    /// </summary>
    public int Receive(ReadOnlySpan<byte> input)
    {
        var consumed = 0;
        while (input.Length - consumed >= FrameHeader.Size)
        {
            var frame = FrameHeader.Read(input[consumed..]);
            if (!IsReady && frame.Type != FrameType.Settings)
                throw new Http2Exception("the server's first octets are no HTTP/2: is this a gRPC port?");
            if (frame.Length > FrameHeader.DefaultMaxLength)
                throw new Http2Exception($"the server sent a frame of {frame.Length} octets, which was not agreed on");
            if (input.Length - consumed - FrameHeader.Size < frame.Length)
                break;
            Take(frame, input.Slice(consumed + FrameHeader.Size, frame.Length));
            consumed += FrameHeader.Size + frame.Length;
        }

        OpenWaiting();
        return consumed;
    }

    /// <summary>Ends every call with this status, and takes no more.</summary>
    public void Fail(CallStatus status)
    {
        isLeaving = true;
        ClientStream[] ended = [.. streams.Values, .. waiting];
        streams.Clear();
        waiting.Clear();
        blocked.Clear();
        foreach (var stream in ended)
        {
            stream.Id = 0;
            stream.Receiver.OnEnd(status);
        }
    }

    private static void WritePrefix(Span<byte> prefix, int length)
    {
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], length);
    }

    private static ReadOnlySpan<byte> WithoutPadding(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if ((frame.Flags & FrameFlags.Padded) == 0)
            return payload;
        return payload.IsEmpty || payload[0] >= payload.Length
            ? throw new Http2Exception("the server sent a frame that is all padding")
            : payload[1..^payload[0]];
    }

    private void Open(ClientStream stream)
    {
        stream.Id = nextStreamId;
        stream.SendWindow = initialSendWindow;
        nextStreamId += 2;
        streams.Add(stream.Id, stream);
        var block = encoder.Encode(stream.Path);
        Output.WriteFrame(FrameType.Headers, FrameFlags.EndHeaders, stream.Id, block.Length);
        Output.Write(block);
    }

    private void OpenWaiting()
    {
        while (waiting.Count > 0 && !isLeaving && streams.Count < maxStreams)
        {
            var stream = waiting.Dequeue();
            Open(stream);
            if (!SendHeld(stream))
                blocked.Add(stream);
        }
    }

    /// <summary>Sends what the windows allow of what is held back; true when nothing is left.</summary>
    private bool SendHeld(ClientStream stream)
    {
        while (!stream.Held.IsEmpty)
        {
            var size = (int)Math.Min(
                Math.Min(stream.Held.Length, maxFrame), Math.Max(0, Math.Min(sendWindow, stream.SendWindow)));
            if (size == 0)
                return false;
            var isEnd = stream.EndsAfterHeld && size == stream.Held.Length;
            Output.WriteFrame(FrameType.Data, isEnd ? FrameFlags.EndStream : FrameFlags.None, stream.Id, size);
            Output.Write(stream.Held[..size]);
            stream.Release(size);
            sendWindow -= size;
            stream.SendWindow -= size;
        }

        return true;
    }

    private void SendBlocked() => blocked.RemoveAll(SendHeld);

    private void Take(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (continuedStream != 0 && (frame.Type != FrameType.Continuation || frame.StreamId != continuedStream))
            throw new Http2Exception("the server interrupted a header block");
        switch (frame.Type)
        {
            case FrameType.Data:
                TakeData(frame, payload);
                break;
            case FrameType.Headers:
                TakeHeaders(frame, payload);
                break;
            case FrameType.Continuation:
                TakeContinuation(frame, payload);
                break;
            case FrameType.RstStream:
                TakeReset(frame, payload);
                break;
            case FrameType.Settings:
                TakeSettings(frame, payload);
                break;
            case FrameType.Ping:
                TakePing(frame, payload);
                break;
            case FrameType.GoAway:
                TakeGoAway(payload);
                break;
            case FrameType.WindowUpdate:
                TakeWindowUpdate(frame, payload);
                break;
            case FrameType.PushPromise:
                throw new Http2Exception("the server pushed, which was forbidden");
            default:
                // Priorities are advice, and unknown frames are to be ignored.
                break;
        }
    }

    private void TakeData(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        unacknowledged += payload.Length;
        if (unacknowledged >= ConnectionWindow / 2)
        {
            Acknowledge(0, unacknowledged);
            unacknowledged = 0;
        }

        if (!streams.TryGetValue(frame.StreamId, out var stream))
            return;
        stream.Unacknowledged += payload.Length;
        var ends = (frame.Flags & FrameFlags.EndStream) != 0;
        if (stream.Unacknowledged >= StreamWindow / 2 && !ends)
        {
            Acknowledge(stream.Id, stream.Unacknowledged);
            stream.Unacknowledged = 0;
        }

        stream.Messages.Take(WithoutPadding(frame, payload), stream.Receiver);
        if (ends)
            End(stream, stream.Head.Status());
    }

    private void Acknowledge(int streamId, int count)
    {
        Output.WriteFrame(FrameType.WindowUpdate, FrameFlags.None, streamId, 4);
        Output.WriteInt32((uint)count);
    }

    private void TakeHeaders(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        const int priority = 5;
        var block = WithoutPadding(frame, payload);
        if ((frame.Flags & FrameFlags.Priority) != 0)
        {
            block = block.Length >= priority
                ? block[priority..]
                : throw new Http2Exception("the server sent a HEADERS frame that is too short");
        }

        var ends = (frame.Flags & FrameFlags.EndStream) != 0;
        if ((frame.Flags & FrameFlags.EndHeaders) != 0)
        {
            TakeBlock(frame.StreamId, block, ends);
            return;
        }

        headerBlock.Clear();
        headerBlock.AddRange(block);
        continuedStream = frame.StreamId;
        continuedEnds = ends;
    }

    private void TakeContinuation(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (continuedStream == 0)
            throw new Http2Exception("the server continued a header block that it had not begun");
        if (headerBlock.Count + payload.Length > MaxHeaderBlock)
            throw new Http2Exception($"the server sent more than {MaxHeaderBlock} octets of headers");
        headerBlock.AddRange(payload);
        if ((frame.Flags & FrameFlags.EndHeaders) == 0)
            return;
        continuedStream = 0;
        TakeBlock(frame.StreamId, headerBlock.ToArray(), continuedEnds);
    }

    private void TakeBlock(int streamId, ReadOnlySpan<byte> block, bool ends)
    {
        // A block of a call that was given up is decoded as well: it may change the table.
        var stream = streams.GetValueOrDefault(streamId);
        target = stream?.Head ?? discarded;
        decoder.Decode(block, take);
        if (stream is not null && ends)
            End(stream, stream.Head.Status());
    }

    private void TakeReset(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 4)
            throw new Http2Exception("the server sent a RST_STREAM frame of a wrong size");
        if (streams.TryGetValue(frame.StreamId, out var stream))
            End(stream, ResetStatus.Of(BinaryPrimitives.ReadUInt32BigEndian(payload)));
    }

    private void TakeSettings(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if ((frame.Flags & FrameFlags.Ack) != 0)
            return;
        const int size = 6;
        for (; payload.Length >= size; payload = payload[size..])
        {
            Apply(
                (Setting)BinaryPrimitives.ReadUInt16BigEndian(payload),
                BinaryPrimitives.ReadUInt32BigEndian(payload[2..]));
        }

        Output.WriteFrame(FrameType.Settings, FrameFlags.Ack, 0, 0);
        IsReady = true;
        SendBlocked();
    }

    private void Apply(Setting setting, uint value)
    {
        switch (setting)
        {
            case Setting.HeaderTableSize:
                encoder.SetTableLimit(value);
                break;
            case Setting.MaxConcurrentStreams:
                maxStreams = value;
                break;
            case Setting.InitialWindowSize:
                foreach (var stream in streams.Values)
                    stream.SendWindow += value - initialSendWindow;
                initialSendWindow = value;
                break;
            case Setting.MaxFrameSize:
                maxFrame = (int)Math.Min(value, 1 << 20);
                break;
        }
    }

    private void TakePing(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if ((frame.Flags & FrameFlags.Ack) != 0)
            return;
        Output.WriteFrame(FrameType.Ping, FrameFlags.Ack, 0, payload.Length);
        Output.Write(payload);
    }

    private void TakeGoAway(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 8)
            throw new Http2Exception("the server sent a GOAWAY frame of a wrong size");
        var last = BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue;
        LeaveReason = System.Text.Encoding.UTF8.GetString(payload[8..]);
        isLeaving = true;
        var status = CallStatus.Unavailable($"the server is going away {LeaveReason}".TrimEnd());
        ClientStream[] refused = [.. streams.Values.Where(stream => stream.Id > last), .. waiting];
        waiting.Clear();
        foreach (var stream in refused)
            End(stream, status);
    }

    private void TakeWindowUpdate(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 4)
            throw new Http2Exception("the server sent a WINDOW_UPDATE frame of a wrong size");
        var more = BinaryPrimitives.ReadUInt32BigEndian(payload) & int.MaxValue;
        if (frame.StreamId == 0)
            sendWindow += more;
        else if (streams.TryGetValue(frame.StreamId, out var stream))
            stream.SendWindow += more;
        if (blocked.Count > 0)
            SendBlocked();
    }

    private void End(ClientStream stream, CallStatus status)
    {
        if (!stream.Held.IsEmpty)
            blocked.Remove(stream);
        streams.Remove(stream.Id);
        stream.Id = 0;
        stream.Receiver.OnEnd(status);
    }
}
