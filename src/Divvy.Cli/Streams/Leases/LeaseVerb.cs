using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Core.Streams;
using Divvy.Streams.Hosting;
using Divvy.Streams.Leases;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Cli.Streams.Leases;

/// <summary>Makes the commands that look at leases: monitor, view-dist, analyze, export.</summary>
internal sealed class LeaseVerb(StreamVerb streams)
{
    /// <param name="name">The command.</param>
    /// <param name="description">What it does.</param>
    /// <param name="symbols">Its own options.</param>
    /// <param name="run">Is given a way to read the leases, any number of times.</param>
    public Command Create(
        string name,
        string description,
        IEnumerable<Option> symbols,
        Func<StreamCall, Func<Task<IReadOnlyList<StreamLease>>>, CancellationToken, Task<ExitCode>> run)
    {
        var options = new LeaseOptions();
        return streams.Create(name, description, [.. symbols, .. options.All], async (call, stop) =>
        {
            var reader = options.Read(call.Parsed, call.Console, $"{Environment.MachineName}-looking", call.Stream);
            await using var store = LeaseStores.Create(
                reader, call.Client, TimeProvider.System, NullLoggerFactory.Instance);
            try
            {
                return await run(call, async () => await store.ListAsync(stop), stop);
            }
            catch (LeaseStoreException failure)
            {
                throw new CommandException(ExitCode.Unreachable, failure.Message, failure);
            }
        });
    }
}
