using Divvy.Streams.Consuming;

namespace Divvy.Streams.Tests.Consuming;

public sealed class ReadGateTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Enter_NoRoom_WaitsForAReadUnderWay()
    {
        var (gate, reading, waiting, _) = await FullAsync();

        gate.Settle(reading[0], 100, 100);

        await waiting.WaitAsync(Limit);
    }

    [Fact]
    public async Task Enter_Cancelled_LeavesNothingReserved()
    {
        var (gate, reading, waiting, cancel) = await FullAsync();

        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        foreach (var account in reading)
            gate.Settle(account, 0, 0);

        gate.Held.ShouldBe(0);
    }

    [Fact]
    public async Task Close_ShardThatWasReading_LetsTheNextRead()
    {
        var (gate, reading, waiting, _) = await FullAsync();

        gate.Close(reading[0]);

        await waiting.WaitAsync(Limit);
    }

    [Fact]
    public async Task Admit_SmallerThanReserved_LetsTheNextRead()
    {
        var (gate, reading, waiting, _) = await FullAsync();

        await gate.AdmitAsync(reading[0], 100, default);

        await waiting.WaitAsync(Limit);
    }

    [Fact]
    public async Task Admit_LimitPassed_WaitsAndWhenCancelledKeepsWhatItsReadReserved()
    {
        var gate = new ReadGate(ReadBudget.SmallestLimit, 10_000);
        var (one, other) = (gate.Open(), gate.Open());
        await gate.EnterAsync(one, default);
        var reserved = (await gate.EnterAsync(other, default)).Reserved;
        await gate.AdmitAsync(one, ReadBudget.LargestAnswer, default);
        using var cancel = new CancellationTokenSource();

        var waiting = gate.AdmitAsync(other, ReadBudget.LargestAnswer, cancel.Token).AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        gate.Settle(one, 0, 0);

        gate.Held.ShouldBe(reserved);
        gate.Settle(other, 0, 0);
        gate.Held.ShouldBe(0);
    }

    /// <summary>A gate whose room is reserved by reads under way, and one more shard that waits.</summary>
    private static async Task<(ReadGate, List<ReadAccount>, Task<ReadGrant>, CancellationTokenSource)> FullAsync()
    {
        var gate = new ReadGate(ReadBudget.SmallestLimit, 10_000);
        var shards = Enumerable.Range(0, 16).Select(_ => gate.Open()).ToList();
        foreach (var account in shards[..15])
        {
            await gate.EnterAsync(account, default).WaitAsync(Limit);
            await gate.AdmitAsync(account, (ReadBudget.SmallestLimit / 15) + 1, default);
        }
        var cancel = new CancellationTokenSource();
        var waiting = gate.EnterAsync(shards[15], cancel.Token);
        waiting.IsCompleted.ShouldBeFalse();
        return (gate, shards[..15], waiting, cancel);
    }
}
