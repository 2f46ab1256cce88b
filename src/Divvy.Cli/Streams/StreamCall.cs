using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Streams;

/// <summary>One use of a command to a stream: what was typed, whom to ask, and how to show the answer.</summary>
internal sealed record StreamCall(
    IKinesisClient Client,
    CommandConsole Console,
    ParseResult Parsed,
    OutputFormat Format,
    string Stream,
    TimeSpan Timeout)
{
    private static readonly TimeSpan probe = TimeSpan.FromMilliseconds(100);

    /// <summary>Prints one thing: as it is, or as lines.</summary>
    public void Say<T>(T answer, params IEnumerable<string> lines)
    {
        if (Format == OutputFormat.Json)
        {
            Console.WriteJson(answer);
            return;
        }
        foreach (var line in lines)
            Console.Output.WriteLine(line);
    }

    /// <summary>Progress: for people only.</summary>
    public void Note(string line)
    {
        if (Format != OutputFormat.Json)
            Console.Output.WriteLine(line);
    }

    /// <summary>Waits until the stream's shards can be read, written and changed.</summary>
    /// <exception cref="CommandException">They cannot within the time limit.</exception>
    public async Task<StreamSummary> WaitUntilActiveAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            while (true)
            {
                var summary = await Client.DescribeStreamAsync(Stream, limit.Token);
                if (summary.Status == StreamStatus.Active)
                    return summary;
                await Task.Delay(probe, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"stream '{Stream}' was not ACTIVE within {Timeout.TotalSeconds:0.###} s: wait longer by --timeout");
        }
    }
}
