namespace Divvy.Store.Replication;

/// <summary>A snapshot that is to be streamed to a member.</summary>
public interface ISnapshotSource : IAsyncDisposable
{
    /// <summary>Makes the bytes available, which may mean writing the snapshot first.</summary>
    ValueTask<Stream> OpenAsync(CancellationToken cancellationToken);
}
