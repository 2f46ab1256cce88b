using Divvy.Store.Replication;

namespace Divvy.Store.Tests.Peers;

/// <summary>A snapshot in memory.</summary>
internal sealed class SnapshotBytes(byte[] content) : ISnapshotSource
{
    private readonly TaskCompletionSource disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Disposed => disposed.Task;

    public ValueTask<Stream> OpenAsync(CancellationToken cancellationToken) => new(new MemoryStream(content));

    public ValueTask DisposeAsync()
    {
        disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
