using System.Collections.Immutable;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Store.Failpoints;
using Divvy.Store.Metrics;
using Divvy.Store.Replication;

namespace Divvy.Store.Tests.Replication;

public sealed class LogWriterTests : IAsyncDisposable
{
    private static readonly NodeId self = new(1);
    private static readonly NodeId other = new(2);

    private readonly SentMessages sent = new();
    private readonly Replica replica;
    private readonly LogWriter writer;

    public LogWriterTests()
    {
        var first = new Snapshot(new EntryId(new Term(1), new LogIndex(1)), MembershipState.Of([self, other]));
        var options = new ReplicaOptions
        {
            Id = self,
            Instruments = new Instruments(new StoreMetrics(), new MemberFailpoints(new FailpointRegistry())),
            RunsInline = true,
            Tick = TimeSpan.FromMilliseconds(100),
            RequestTimeout = TimeSpan.FromSeconds(1),
            TrailingEntries = 10,
        };
        var raft = new RaftNode(new RaftOptions { Id = self, Seed = 1 }, default, first, []);
        replica = new Replica(options, raft, new VolatileLog(), new NoState(), sent, TimeProvider.System);
        writer = new LogWriter(replica, new VolatileLog());
    }

    public async ValueTask DisposeAsync() => await replica.DisposeAsync();

    [Fact]
    public void RunOnce_SeveralWaiting_SendsAllTheirMessagesInOrderAndOnce()
    {
        Enqueue(3);
        writer.RunOnce().ShouldBeTrue();
        Enqueue(2);
        writer.RunOnce().ShouldBeTrue();

        sent.Contexts.ShouldBe([0ul, 1, 2, 0, 1]);
        writer.RunOnce().ShouldBeFalse();
    }

    [Fact]
    public void RunOnce_FarBehind_CopiesEachMessageAFewTimesAtMost()
    {
        // Each growth doubles, so a message is copied twice on average, of eight bytes a reference.
        const int Waiting = 20_000;
        Enqueue(Waiting);
        var before = GC.GetAllocatedBytesForCurrentThread();
        writer.RunOnce();
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        sent.Contexts.Count.ShouldBe(Waiting);
        bytes.ShouldBeLessThan(Waiting * 100L, "the square of what waits was copied");
    }

    private void Enqueue(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var message = new Message { Kind = MessageKind.AppendEntriesResponse, To = other, Context = (ulong)i };
            writer.Enqueue(new RaftReady { Number = (ulong)i + 1, MessagesAfterPersist = [message] }, null);
        }
    }

    private sealed class SentMessages : IPeerTransport
    {
        public List<ulong> Contexts { get; } = new(40_000);

        public void Start(IPeerReceiver receiver)
        {
        }

        public void SetPeers(IReadOnlyList<PeerAddress> peers)
        {
        }

        public void Send(ImmutableArray<Message> messages)
        {
            foreach (var message in messages)
                Contexts.Add(message.Context);
        }

        public void SendSnapshot(Message install, ISnapshotSource source) => throw new NotSupportedException();

        public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
            NodeId to, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class NoState : IReplicatedState
    {
        public void Apply(ImmutableArray<Entry> entries, AppliedBatch batch)
        {
        }

        public ReceivedSnapshot Load(Snapshot expected, string path) => throw new NotSupportedException();

        public IReadOnlyList<PeerAddress> Install(Snapshot snapshot, ReceivedSnapshot received) => [];

        public void LeadershipChanged(LeadershipView leadership)
        {
        }

        public Task<(Snapshot Snapshot, ISnapshotSource Source)> SnapshotForPeerAsync(LogIndex atLeast) =>
            throw new NotSupportedException();

        public ValueTask<ReadOnlyMemory<byte>> AnswerPeerAsync(
            NodeId from, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
