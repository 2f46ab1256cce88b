namespace Divvy.Cli.Output;

/// <summary>What the process's exit code says. The one mapping from outcomes to codes; docs/cli.md repeats
/// it.</summary>
internal enum ExitCode
{
    Ok = 0,

    /// <summary>It ran and the outcome is bad: a request failed, an overlap was found, a bar was missed.</summary>
    Failed = 1,

    /// <summary>The command line is wrong; nothing was done.</summary>
    Usage = 2,

    /// <summary>No server answered.</summary>
    Unreachable = 3,

    /// <summary>The named namespace, shard, instance or file does not exist.</summary>
    NotFound = 4,

    /// <summary>Something else holds it: a port, an instance id, a namespace of that name, a shard on the
    /// move.</summary>
    Conflict = 5,

    /// <summary>Ended by a second Ctrl-C, before it had finished draining (128 + SIGINT).</summary>
    Interrupted = 130,
}
