using Divvy.Streams.Consuming;

namespace Divvy.Streams.Tests.Consuming.Fakes;

/// <summary>What the processors of a test do; by default nothing.</summary>
internal sealed class ProcessorScript
{
    public Func<ShardStart, CancellationToken, Task> Initialize { get; set; } = (_, _) => Task.CompletedTask;

    public Func<ProcessorBatch, CancellationToken, Task> Process { get; set; } = (_, _) => Task.CompletedTask;

    public Func<Task> ShardEnded { get; set; } = () => Task.CompletedTask;

    public Func<Task> Shutdown { get; set; } = () => Task.CompletedTask;

    /// <summary>Whether every batch is checkpointed at its end.</summary>
    public bool Checkpoints { get; set; }
}
