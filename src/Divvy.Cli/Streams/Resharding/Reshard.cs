using Divvy.Cli.Output;
using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Streams.Resharding;

/// <summary>Changes the shards of a stream one after the other: the service takes the next change when the last is
/// done.</summary>
internal static class Reshard
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Makes one change, again while the stream is being changed or too many changes were asked for.</summary>
    /// <param name="call">The command.</param>
    /// <param name="shard">A shard that the change closes.</param>
    /// <param name="change">Asks the service for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CommandException">It was refused until the time limit.</exception>
    public static async Task ChangeAsync(
        StreamCall call, string shard, Func<CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(call.Timeout);
        try
        {
            while (!await TryAsync(call, shard, change, limit.Token))
                await Task.Delay(pause, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"shard {shard} of stream '{call.Stream}' could not be changed within "
                + $"{call.Timeout.TotalSeconds:0.###} s, since other changes went on: wait longer by --timeout");
        }
    }

    private static async Task<bool> TryAsync(
        StreamCall call, string shard, Func<CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        try
        {
            await change(cancellationToken);
            return true;
        }
        catch (KinesisException failure) when (IsBusy(failure))
        {
            return false;
        }
        catch (KinesisException failure) when (failure.ErrorType == "InvalidArgumentException")
        {
            // Perhaps it was done, and the answer to an earlier try was lost.
            var shards = await call.Client.ListShardsAsync(call.Stream, cancellationToken);
            if (shards.Any(known => known.Id == shard && known.IsClosed))
                return true;
            throw;
        }
    }

    private static bool IsBusy(KinesisException failure) =>
        failure is ThroughputExceededException || failure.ErrorType == "ResourceInUseException";
}
