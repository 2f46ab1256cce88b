using Divvy.Cli.Processes;

namespace Divvy.Cli.Streams.Lab;

/// <summary>A worker process of the lab.</summary>
/// <param name="Id">As <c>--worker</c> says.</param>
/// <param name="Process">It.</param>
/// <param name="ReadyAtMs">When it said that it takes part.</param>
internal sealed record KclWorker(string Id, ChildProcess Process, double ReadyAtMs);
