using Divvy.Core.Identity;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Sessions;

/// <summary>Says in the log which shards change hands, in the words runbooks look for, with the time in the line
/// itself. A change of thousands of shards is one line and not thousands.</summary>
internal static class OwnershipLog
{
    /// <summary>More shards of one cause in one message are summed up.</summary>
    public const int MaxLines = 32;

    public static void Sent(
        ILogger logger,
        DateTimeOffset now,
        SessionRef session,
        IReadOnlyList<(ShardId Shard, AssignmentCause Cause)> causes)
    {
        foreach (var group in causes.GroupBy(entry => entry.Cause, entry => entry.Shard))
        {
            var shards = group.ToList();
            foreach (var shard in shards.Count > MaxLines ? [] : shards)
                Write(logger, now, session, group.Key, shard.Value);
            if (shards.Count > MaxLines)
                Write(logger, now, session, group.Key, $"{shards[0]} and {shards.Count - 1} more");
        }
    }

    private static void Write(
        ILogger logger, DateTimeOffset now, SessionRef session, AssignmentCause cause, string shard)
    {
        switch (cause)
        {
            case AssignmentCause.Initial:
                logger.InitialAssignment(now, shard, session);
                break;
            case AssignmentCause.FastActivation:
                logger.FastActivation(now, shard, session);
                break;
            case AssignmentCause.ColdActivation:
                logger.ColdActivation(now, shard, session);
                break;
            case AssignmentCause.Revocation:
                logger.Revocation(now, shard, session);
                break;
        }
    }
}
