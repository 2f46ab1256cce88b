using System.Security.Cryptography;
using Divvy.Consensus.Raft;
using Divvy.Store.Peers;
using Divvy.TestKit;

namespace Divvy.Store.Tests.Peers;

public sealed class PeerSnapshotTests
{
    private static readonly byte[] content = PeerMessages.Bytes(1, (3 << 20) + 12_345);

    [Fact]
    public async Task SendSnapshot_WholeFile_IsDeliveredThenConfirmed()
    {
        var (first, second) = await PeerHost.PairAsync();
        await using var one = first;
        await using var two = second;
        var source = new SnapshotBytes(content);

        first.Transport.SendSnapshot(PeerMessages.Install(second.Id), source);

        (await first.Receiver.NextSentAsync()).ShouldBe((second.Id, true));
        var (install, path) = await second.Receiver.NextSnapshotAsync();
        install.ShouldMatch(PeerMessages.Install(second.Id).From(first.Id));
        (await File.ReadAllBytesAsync(path)).ShouldBe(content);
        Path.GetDirectoryName(path).ShouldBe(second.Folder);
        Directory.GetFiles(second.Folder).ShouldBe([path]);
        await Wait.For(source.Disposed, "the source's disposal");
        first.CountersOf(second).SnapshotSends.ShouldBe(1);
        second.CountersOf(first).SnapshotReceives.ShouldBe(1);
        first.CountersOf(second).SnapshotsInFlight.ShouldBe(0);
    }

    [Fact]
    public async Task SendSnapshot_ThatTheMemberCannotUse_FailsWithItsReason()
    {
        var (first, second) = await PeerHost.PairAsync();
        await using var one = first;
        await using var two = second;
        second.Receiver.RefusesSnapshots = "it is of no use";

        first.Transport.SendSnapshot(PeerMessages.Install(second.Id), new SnapshotBytes(content));

        (await first.Receiver.NextSentAsync()).ShouldBe((second.Id, false));
        second.CountersOf(first).SnapshotReceives.ShouldBe(0);
    }

    [Fact]
    public async Task SendSnapshot_Empty_IsDelivered()
    {
        var (first, second) = await PeerHost.PairAsync();
        await using var one = first;
        await using var two = second;
        first.Transport.SendSnapshot(PeerMessages.Install(second.Id), new SnapshotBytes([]));
        var (_, path) = await second.Receiver.NextSnapshotAsync();
        new FileInfo(path).Length.ShouldBe(0);
    }

    [Fact]
    public async Task SendSnapshot_ToADiskThatBlocks_DelaysNoOtherFrame()
    {
        var file = new TaskCompletionSource<BlockedFile>();
        var (first, second) = await BlockedPairAsync(file);
        await using var one = first;
        await using var two = second;

        first.Transport.SendSnapshot(PeerMessages.Install(second.Id), new SnapshotBytes(content));
        var blocked = await Wait.For(file.Task, "the file of the snapshot");
        await Wait.For(blocked.Blocked, "the first write");
        first.Transport.Send(
            [PeerMessages.Heartbeat(second.Id, 1), PeerMessages.Append(second.Id, 1, 20, 300_000)]);

        (await second.Receiver.NextMessageAsync("the heartbeat")).Kind.ShouldBe(MessageKind.Heartbeat);
        (await second.Receiver.NextMessageAsync("the entries")).Entries.Length.ShouldBe(20);
        (await first.Transport.RequestAsync(second.Id, new byte[] { 1 }, default)).Length.ShouldBe(1);
        second.Receiver.HasSnapshots.ShouldBeFalse();
        second.CountersOf(first).ReceivedBytes.ShouldBeLessThan(
            6_100_000 + ((new PeerLimits().SnapshotWindow + 1) * PeerLimits.ChunkBytes),
            "no more chunks come than the window");

        blocked.Release();
        (await File.ReadAllBytesAsync((await second.Receiver.NextSnapshotAsync()).Path)).ShouldBe(content);
        (await first.Receiver.NextSentAsync()).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task SendSnapshot_ASecondMeanwhile_FailsAtOnceAndIsDisposed()
    {
        var file = new TaskCompletionSource<BlockedFile>();
        var (first, second) = await BlockedPairAsync(file);
        await using var one = first;
        await using var two = second;
        first.Transport.SendSnapshot(PeerMessages.Install(second.Id), new SnapshotBytes(content));
        await Wait.For(file.Task, "the file of the snapshot");
        var other = new SnapshotBytes(content);

        first.Transport.SendSnapshot(PeerMessages.Install(second.Id, 200), other);

        (await first.Receiver.NextSentAsync()).Succeeded.ShouldBeFalse();
        await Wait.For(other.Disposed, "the source's disposal");
    }

    [Fact]
    public async Task SendSnapshot_ToAnUnknownMember_Fails()
    {
        await using var host = new PeerHost(1);
        var source = new SnapshotBytes(content);
        host.Transport.SendSnapshot(PeerMessages.Install(new NodeId(9)), source);
        (await host.Receiver.NextSentAsync()).ShouldBe((new NodeId(9), false));
        await Wait.For(source.Disposed, "the source's disposal");
    }

    [Fact]
    public async Task SendSnapshot_ThatStalls_IsGivenUpOnBothSides()
    {
        var time = new ManualTimeProvider();
        var file = new TaskCompletionSource<BlockedFile>();
        var (first, second) = await BlockedPairAsync(
            file,
            options => options with
            {
                DeadAfter = TimeSpan.FromHours(1),
                SnapshotStallTimeout = TimeSpan.FromSeconds(10),
            },
            time);
        await using var one = first;
        await using var two = second;
        first.Transport.SendSnapshot(PeerMessages.Install(second.Id), new SnapshotBytes(content));
        await Wait.For((await Wait.For(file.Task, "the file")).Blocked, "the first write");

        time.Advance(TimeSpan.FromSeconds(11));

        (await first.Receiver.NextSentAsync()).Succeeded.ShouldBeFalse();
        await second.Log.ContainingAsync("did not arrive");
        Directory.GetFiles(second.Folder).ShouldBeEmpty();
        second.Receiver.HasSnapshots.ShouldBeFalse();
        (await first.Log.ContainingAsync("did not take the snapshot")).ShouldContain("did not move for 10 s");
        (await first.Transport.RequestAsync(second.Id, new byte[] { 1 }, default)).Length
            .ShouldBe(1, "the connection itself is sound");
    }

    [Fact]
    public async Task SendSnapshot_CutByTheNetwork_FailsAndLeavesNoFile()
    {
        var file = new TaskCompletionSource<BlockedFile>();
        var (first, second) = await BlockedPairAsync(file);
        await using var one = first;
        await using var two = second;
        first.Transport.SendSnapshot(PeerMessages.Install(second.Id), new SnapshotBytes(content));
        await Wait.For((await Wait.For(file.Task, "the file")).Blocked, "the first write");

        first.Transport.SetPeers([]);

        (await first.Receiver.NextSentAsync()).Succeeded.ShouldBeFalse();
        (await second.Log.ContainingAsync("did not arrive")).ShouldContain("the connection ended");
        Directory.GetFiles(second.Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task SendSnapshot_DamagedOnTheWay_IsNotDelivered()
    {
        await using var second = new PeerHost(2);
        await using var tunnel = new TcpTunnel(second.Transport.ListenUrls[0].Port);
        var passed = 0L;
        tunnel.Tamper = piece =>
        {
            passed += piece.Length;
            if (passed is > 1_000_000 and < 2_000_000)
                piece.Span[piece.Length / 2] ^= 0x10;
        };
        await using var first = new PeerHost(1);
        first.Transport.SetPeers([second.AddressAt(new Uri(tunnel.Endpoint))]);
        await first.Observer.NextConnectedAsync();

        first.Transport.SendSnapshot(PeerMessages.Install(second.Id), new SnapshotBytes(content));

        (await first.Receiver.NextSentAsync()).Succeeded.ShouldBeFalse();
        await second.Log.ContainingAsync("does not match its checksum");
        await second.Log.ContainingAsync("did not arrive");
        Directory.GetFiles(second.Folder).ShouldBeEmpty();
        second.Receiver.HasSnapshots.ShouldBeFalse();
    }

    [Fact]
    public async Task Receive_WrongSha256_IsRefusedWithTheReason()
    {
        await using var host = new PeerHost(1);
        using var raw = await RawPeer.IntroduceAsync(host, new NodeId(2));
        var wrong = new byte[sizeof(long) + SHA256.HashSizeInBytes];
        wrong[0] = 5;
        await raw.SendAsync(OutgoingFrame.Begin(1, PeerMessages.Install(host.Id)));
        await raw.SendAsync(OutgoingFrame.Of(FrameKind.SnapshotChunk, 1, 0, new byte[5]));
        await raw.SendAsync(OutgoingFrame.Of(FrameKind.SnapshotEnd, 1, 0, wrong));

        (await host.Log.ContainingAsync("did not arrive")).ShouldContain("do not match the SHA-256");
        (await raw.ReceiveAsync(FrameKind.SnapshotResult)).Extra.ShouldBe(1UL);
        Directory.GetFiles(host.Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task Receive_TooFewBytes_IsRefusedWithTheReason()
    {
        await using var host = new PeerHost(1);
        using var raw = await RawPeer.IntroduceAsync(host, new NodeId(2));
        var trailer = new byte[sizeof(long) + SHA256.HashSizeInBytes];
        trailer[0] = 6;
        await raw.SendAsync(OutgoingFrame.Begin(1, PeerMessages.Install(host.Id)));
        await raw.SendAsync(OutgoingFrame.Of(FrameKind.SnapshotChunk, 1, 0, new byte[5]));
        await raw.SendAsync(OutgoingFrame.Of(FrameKind.SnapshotEnd, 1, 0, trailer));

        (await host.Log.ContainingAsync("did not arrive")).ShouldContain("5 bytes came, 6 were sent");
        Directory.GetFiles(host.Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task Receive_ChunksBeyondTheCredit_EndTheConnection()
    {
        await using var host = new PeerHost(1, options => options with { CreateFile = path => new BlockedFile(path) });
        using var raw = await RawPeer.IntroduceAsync(host, new NodeId(2));
        await raw.SendAsync(OutgoingFrame.Begin(1, PeerMessages.Install(host.Id)));
        for (var i = 0; i < new PeerLimits().SnapshotWindow + 2; i++)
            await raw.SendAsync(OutgoingFrame.Of(FrameKind.SnapshotChunk, 1, 0, new byte[5]));
        await host.Log.ContainingAsync("a snapshot chunk without credit");
    }

    [Fact]
    public async Task Start_LeftoversOfEarlierTransfers_AreDeleted()
    {
        using var folder = new TempDirectory();
        foreach (var name in new[] { "a.part", "b.received", "c.snap" })
            File.WriteAllText(folder.File(name), "");
        await using var host = new PeerHost(1, options => options with { SnapshotFolder = folder.Path });
        Directory.GetFiles(folder.Path).ShouldBe([folder.File("c.snap")]);
    }

    private static Task<(PeerHost First, PeerHost Second)> BlockedPairAsync(
        TaskCompletionSource<BlockedFile> file,
        Func<PeerTransportOptions, PeerTransportOptions>? configure = null,
        TimeProvider? time = null) =>
        PeerHost.PairAsync(
            options => (configure?.Invoke(options) ?? options) with
            {
                CreateFile = path =>
                {
                    var created = new BlockedFile(path);
                    file.TrySetResult(created);
                    return created;
                },
            },
            time);
}
