using System.Buffers.Binary;
using System.Text;
using Divvy.Cli.Benchmarking.Http2;
using Divvy.Rpc;

namespace Divvy.Cli.Tests.Benchmarking.Http2;

public sealed class ClientConnectionTests
{
    private static readonly byte[] okHead = [0x88]; // :status 200
    private static readonly byte[] okTrailers = Literal("grpc-status", "0");

    private readonly ClientConnection connection = new("http", "127.0.0.1:2379", []);
    private readonly RecordingReceiver receiver = new();
    private readonly ClientStream stream;

    public ClientConnectionTests() => stream = new ClientStream(receiver);

    [Fact]
    public void Open_FirstOctets_AreThePrefaceTheSettingsAndALargeWindow()
    {
        var sent = connection.Output.Written.ToArray();
        Encoding.ASCII.GetString(sent[..24]).ShouldBe("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        Frames(sent[24..]).Select(frame => frame.Type).ShouldBe([FrameType.Settings, FrameType.WindowUpdate]);
    }

    [Fact]
    public void Start_SmallMessage_IsHeadersAndOneDataFrameThatEndsTheStream()
    {
        Ready();

        connection.Start(stream, "/a/B", "xyz"u8, isOnly: true).ShouldBeTrue();

        var frames = Sent();
        frames.Select(frame => (frame.Type, frame.StreamId)).ShouldBe([(FrameType.Headers, 1), (FrameType.Data, 1)]);
        frames[1].Flags.ShouldBe(FrameFlags.EndStream);
        frames[1].Payload.ShouldBe([0, 0, 0, 0, 3, .. "xyz"u8]);
    }

    [Fact]
    public void Receive_ResponseInPieces_GivesTheMessageAndTheStatus()
    {
        Ready();
        connection.Start(stream, "/a/B", "xyz"u8, isOnly: true);
        byte[] answer =
        [
            .. Frame(FrameType.Headers, FrameFlags.EndHeaders, 1, okHead),
            .. Frame(FrameType.Data, FrameFlags.None, 1, [0, 0, 0, 0, 5, .. "he"u8]),
            .. Frame(FrameType.Data, FrameFlags.None, 1, "llo"u8),
            .. Frame(FrameType.Headers, FrameFlags.EndHeaders | FrameFlags.EndStream, 1, okTrailers),
        ];

        var kept = new List<byte>();
        foreach (var octet in answer)
        {
            kept.Add(octet);
            kept.RemoveRange(0, connection.Receive(kept.ToArray()));
        }

        receiver.Messages.ShouldBe(["hello"]);
        receiver.Status.ShouldBe(CallStatus.Ok);
        connection.ActiveCalls.ShouldBe(0);
    }

    [Fact]
    public void Receive_ErrorStatus_ComesWithItsDecodedMessage()
    {
        Ready();
        connection.Start(stream, "/a/B", "xyz"u8, isOnly: true);
        byte[] trailers =
        [
            .. okHead, .. Literal("grpc-status", "3"), .. Literal("grpc-message", "etcdserver: 100%25 wr%C3%B6ng"),
        ];

        Receive(FrameType.Headers, FrameFlags.EndHeaders | FrameFlags.EndStream, 1, trailers);

        receiver.Status.ShouldBe(new CallStatus(RpcStatusCode.InvalidArgument, "etcdserver: 100% wröng"));
    }

    [Fact]
    public void Receive_HeadersWithPaddingPriorityAndContinuation_AreUnderstood()
    {
        Ready();
        connection.Start(stream, "/a/B", "xyz"u8, isOnly: true);
        var flags = FrameFlags.EndStream | FrameFlags.Padded | FrameFlags.Priority;

        Receive(FrameType.Headers, flags, 1, [2, 0, 0, 0, 0, 16, .. okHead, .. okTrailers[..3], 0, 0]);
        receiver.Status.ShouldBeNull();
        Receive(FrameType.Continuation, FrameFlags.EndHeaders, 1, okTrailers[3..]);

        receiver.Status.ShouldBe(CallStatus.Ok);
    }

    [Fact]
    public void Start_MoreThanTheWindow_WaitsForTheServerToTakeMore()
    {
        Ready();
        var message = new byte[100_000];

        connection.Start(stream, "/a/B", message, isOnly: true);

        DataSent().ShouldBe(65_535);
        Receive(FrameType.WindowUpdate, FrameFlags.None, 0, Number(1_000_000));
        DataSent().ShouldBe(0);
        Receive(FrameType.WindowUpdate, FrameFlags.None, 1, Number(1_000_000));
        var rest = Sent();
        rest.Sum(frame => frame.Payload.Length).ShouldBe(message.Length + 5 - 65_535);
        rest[^1].Flags.ShouldBe(FrameFlags.EndStream);
        rest.ShouldAllBe(frame => frame.Payload.Length <= FrameHeader.DefaultMaxLength);
    }

    [Fact]
    public void Receive_LargerInitialWindow_CountsForStreamsThatAreOpen()
    {
        Ready();
        connection.Start(stream, "/a/B", new byte[100_000], isOnly: true);
        DataSent().ShouldBe(65_535);
        Receive(FrameType.WindowUpdate, FrameFlags.None, 0, Number(1_000_000));

        Receive(FrameType.Settings, FrameFlags.None, 0, Settings(Setting.InitialWindowSize, 80_000));

        DataSent().ShouldBe(80_000 - 65_535);
    }

    [Fact]
    public void Start_MoreStreamsThanTheServerAllows_WaitsInLine()
    {
        Ready(Settings(Setting.MaxConcurrentStreams, 1));
        var other = new ClientStream(new RecordingReceiver());
        connection.Start(stream, "/a/B", "1"u8, isOnly: true);
        Sent();

        connection.Start(other, "/a/B", "2"u8, isOnly: true).ShouldBeTrue();

        Sent().ShouldBeEmpty();
        Receive(FrameType.Headers, FrameFlags.EndHeaders | FrameFlags.EndStream, 1, okTrailers);
        Sent().Select(frame => (frame.Type, frame.StreamId)).ShouldBe([(FrameType.Headers, 3), (FrameType.Data, 3)]);
    }

    [Fact]
    public void Receive_Ping_IsAnsweredWithTheSameOctets()
    {
        Ready();

        Receive(FrameType.Ping, FrameFlags.None, 0, "12345678"u8);

        var answer = Sent().ShouldHaveSingleItem();
        (answer.Type, answer.Flags).ShouldBe((FrameType.Ping, FrameFlags.Ack));
        answer.Payload.ShouldBe("12345678"u8.ToArray());
    }

    [Theory]
    [InlineData(7u, RpcStatusCode.Unavailable)]
    [InlineData(8u, RpcStatusCode.Cancelled)]
    [InlineData(2u, RpcStatusCode.Internal)]
    public void Receive_Reset_EndsTheCall(uint error, RpcStatusCode expected)
    {
        Ready();
        connection.Start(stream, "/a/B", "1"u8, isOnly: true);

        Receive(FrameType.RstStream, FrameFlags.None, 1, Number(error));

        receiver.Status!.Value.Code.ShouldBe(expected);
    }

    [Fact]
    public void Receive_GoAway_RefusesNewCallsAndThoseTheServerDidNotSee()
    {
        Ready();
        var unseen = new RecordingReceiver();
        connection.Start(stream, "/a/B", "1"u8, isOnly: true);
        connection.Start(new ClientStream(unseen), "/a/B", "2"u8, isOnly: true);

        Receive(FrameType.GoAway, FrameFlags.None, 0, [.. Number(1), .. Number(0), .. "bye"u8]);

        unseen.Status!.Value.Message.ShouldContain("bye");
        connection.Start(new ClientStream(unseen), "/a/B", "3"u8, isOnly: true).ShouldBeFalse();
        receiver.Status.ShouldBeNull();
        Receive(FrameType.Headers, FrameFlags.EndHeaders | FrameFlags.EndStream, 1, okTrailers);
        receiver.Status.ShouldBe(CallStatus.Ok);
    }

    [Fact]
    public void Fail_CallsUnderWay_EndWithTheReasonAndMayNotStartAgain()
    {
        Ready();
        connection.Start(stream, "/a/B", "1"u8, isOnly: true);

        connection.Fail(CallStatus.Unavailable("lost"));

        receiver.Status!.Value.Message.ShouldBe("lost");
        connection.Start(stream, "/a/B", "1"u8, isOnly: true).ShouldBeFalse();
    }

    [Fact]
    public void Cancel_CallUnderWay_ResetsItWithoutACallback()
    {
        Ready();
        connection.Start(stream, "/a/B", "1"u8, isOnly: false);
        Sent();

        connection.Cancel(stream);

        Sent().ShouldHaveSingleItem().Type.ShouldBe(FrameType.RstStream);
        receiver.Status.ShouldBeNull();
    }

    [Fact]
    public void Receive_ManyOctets_GivesTheServerMoreToSend()
    {
        Ready();
        connection.Start(stream, "/a/B", "1"u8, isOnly: false);
        Sent();
        var frame = Frame(FrameType.Data, FrameFlags.None, 1, new byte[FrameHeader.DefaultMaxLength]);

        for (var received = 0; received < ClientConnection.StreamWindow / 2; received += FrameHeader.DefaultMaxLength)
            connection.Receive(frame);

        Sent().ShouldContain(sent => sent.Type == FrameType.WindowUpdate && sent.StreamId == 1);
    }

    [Fact]
    public void Receive_NoHttp2_SaysSo() =>
        Should.Throw<Http2Exception>(() => connection.Receive("HTTP/1.1 400 Bad Request\r\n\r\n"u8))
            .Message.ShouldContain("gRPC");

    [Fact]
    public void Receive_CompressedMessage_IsRefused()
    {
        Ready();
        connection.Start(stream, "/a/B", "1"u8, isOnly: true);

        Should.Throw<Http2Exception>(() => Receive(FrameType.Data, FrameFlags.None, 1, [1, 0, 0, 0, 1, 7]));
    }

    private static byte[] Frame(FrameType type, FrameFlags flags, int streamId, ReadOnlySpan<byte> payload)
    {
        var output = new OutputBuffer();
        output.WriteFrame(type, flags, streamId, payload.Length);
        output.Write(payload);
        return output.Written.ToArray();
    }

    private static byte[] Number(uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return octets;
    }

    private static byte[] Settings(Setting setting, uint value) => [0, (byte)setting, .. Number(value)];

    private static byte[] Literal(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static List<SentFrame> Frames(ReadOnlySpan<byte> octets)
    {
        var frames = new List<SentFrame>();
        while (!octets.IsEmpty)
        {
            var header = FrameHeader.Read(octets);
            var payload = octets.Slice(FrameHeader.Size, header.Length).ToArray();
            frames.Add(new SentFrame(header.Type, header.Flags, header.StreamId, payload));
            octets = octets[(FrameHeader.Size + header.Length)..];
        }

        return frames;
    }

    private void Ready(params byte[] settings)
    {
        connection.Output.Clear();
        Receive(FrameType.Settings, FrameFlags.None, 0, settings);
        Sent().ShouldHaveSingleItem().Flags.ShouldBe(FrameFlags.Ack);
    }

    private void Receive(FrameType type, FrameFlags flags, int streamId, ReadOnlySpan<byte> payload)
    {
        var frame = Frame(type, flags, streamId, payload);
        connection.Receive(frame).ShouldBe(frame.Length);
    }

    private List<SentFrame> Sent()
    {
        var frames = Frames(connection.Output.Written.Span);
        connection.Output.Clear();
        return frames;
    }

    private int DataSent() =>
        Sent().Where(frame => frame.Type == FrameType.Data).Sum(frame => frame.Payload.Length);

    private sealed record SentFrame(FrameType Type, FrameFlags Flags, int StreamId, byte[] Payload);
}
