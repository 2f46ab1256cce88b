using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Tests.Peers;

public sealed class PeerTransportTests
{
    [Fact]
    public async Task Send_BothLanes_ArriveInTheOrderOfTheirLane()
    {
        const int Count = 500;
        var (first, second) = await PeerHost.PairAsync();
        await using var one = first;
        await using var two = second;

        for (var i = 1UL; i <= Count; i++)
            first.Transport.Send([PeerMessages.Append(second.Id, i), PeerMessages.Heartbeat(second.Id, i)]);

        var appends = new List<Message>();
        var rounds = new List<ulong>();
        for (var i = 0; i < 2 * Count; i++)
        {
            var message = await second.Receiver.NextMessageAsync($"message {i} of {2 * Count}");
            message.From.ShouldBe(first.Id);
            if (message.Kind == MessageKind.AppendEntries)
                appends.Add(message);
            else
                rounds.Add(message.Context);
        }

        rounds.ShouldBe(Enumerable.Range(1, Count).Select(i => (ulong)i));
        for (var i = 0; i < Count; i++)
            appends[i].ShouldMatch(PeerMessages.Append(second.Id, (ulong)i + 1).From(first.Id));
    }

    [Fact]
    public async Task Send_ManyAtOnce_ShareSocketWrites()
    {
        const int Count = 2_000;
        var (first, second) = await PeerHost.PairAsync();
        await using var one = first;
        await using var two = second;

        first.Transport.Send([.. Enumerable.Range(1, Count).Select(i => PeerMessages.Heartbeat(second.Id, (ulong)i))]);
        for (var i = 0; i < Count; i++)
            await second.Receiver.NextMessageAsync();

        first.CountersOf(second).Writes.ShouldBeLessThan(Count / 4);
    }

    [Fact]
    public async Task Send_BetweenThree_ReachesWhomTheMessageNames()
    {
        await using var a = new PeerHost(1);
        await using var b = new PeerHost(2);
        await using var c = new PeerHost(3);
        PeerHost[] all = [a, b, c];
        foreach (var host in all)
            host.Transport.SetPeers([.. all.Where(other => other != host).Select(other => other.Address)]);
        foreach (var host in all)
        {
            await host.Observer.NextConnectedAsync();
            await host.Observer.NextConnectedAsync();
        }

        a.Transport.Send([PeerMessages.Heartbeat(b.Id, 12), PeerMessages.Heartbeat(c.Id, 13)]);
        b.Transport.Send([PeerMessages.Heartbeat(c.Id, 23)]);

        (await b.Receiver.NextMessageAsync()).Context.ShouldBe(12UL);
        ulong[] atC = [(await c.Receiver.NextMessageAsync()).Context, (await c.Receiver.NextMessageAsync()).Context];
        atC.Order().ShouldBe([13UL, 23UL]);
        b.Receiver.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public async Task RequestAsync_AnsweredOrFailed_SaysWhich()
    {
        var (first, second) = await PeerHost.PairAsync();
        await using var one = first;
        await using var two = second;
        second.Receiver.Answer = (from, request, _) => request.Length == 0
            ? throw new InvalidOperationException("nothing was asked")
            : ValueTask.FromResult<ReadOnlyMemory<byte>>((byte[])[.. request.Span, (byte)from.Value]);

        (await first.Transport.RequestAsync(second.Id, new byte[] { 5 }, default)).ToArray().ShouldBe([5, 1]);
        (await Should.ThrowAsync<PeerUnavailableException>(
            async () => await first.Transport.RequestAsync(second.Id, default, default)))
            .Message.ShouldContain("nothing was asked");
        (await Should.ThrowAsync<PeerUnavailableException>(
            async () => await first.Transport.RequestAsync(new NodeId(99), default, default)))
            .Message.ShouldContain("63 is not known");
    }
}
