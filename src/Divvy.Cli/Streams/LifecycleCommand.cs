using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Streams;

/// <summary><c>divvy stream create</c> and <c>delete</c>.</summary>
internal static class LifecycleCommand
{
    private const int MaxShards = 10_000;
    private static readonly TimeSpan probe = TimeSpan.FromMilliseconds(100);

    public static Command Create(StreamVerb verb)
    {
        var shards = TypedOption.Number("--shards", 20, 1, MaxShards, "How many shards.");
        return verb.Create("create", "Create a stream and wait until it serves.", [shards], async (call, cancel) =>
        {
            await call.Client.CreateStreamAsync(call.Stream, call.Parsed.GetValue(shards), cancel);
            var summary = await call.WaitUntilActiveAsync(cancel);
            call.Say(summary, $"Created stream {summary.Name}: {summary.OpenShards} shards, ACTIVE");
            return ExitCode.Ok;
        });
    }

    public static Command Delete(StreamVerb verb) => verb.Create(
        "delete", "Remove a stream with all its records.", [], async (call, cancel) =>
        {
            await call.Client.DeleteStreamAsync(call.Stream, cancel);
            await WaitUntilGoneAsync(call, cancel);
            call.Say(new { call.Stream }, $"Deleted stream {call.Stream}");
            return ExitCode.Ok;
        });

    private static async Task WaitUntilGoneAsync(StreamCall call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(call.Timeout);
        try
        {
            while (true)
            {
                await call.Client.DescribeStreamAsync(call.Stream, limit.Token);
                await Task.Delay(probe, limit.Token);
            }
        }
        catch (StreamNotFoundException)
        {
            // That is what was wanted.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"stream '{call.Stream}' is still there after {call.Timeout.TotalSeconds:0.###} s: look again later");
        }
    }
}
