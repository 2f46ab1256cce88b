using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Sessions;

internal static partial class SessionLog
{
    [LoggerMessage(LogLevel.Information, "Sending initial assignment of shard {Shard} to {Session} at {Time:O}")]
    public static partial void InitialAssignment(
        this ILogger logger, DateTimeOffset time, string shard, SessionRef session);

    [LoggerMessage(
        LogLevel.Information, "Fast activation of shard {Shard} at {Session}, which was prepared, at {Time:O}")]
    public static partial void FastActivation(
        this ILogger logger, DateTimeOffset time, string shard, SessionRef session);

    [LoggerMessage(LogLevel.Information, "Activating shard {Shard} cold at {Session} at {Time:O}")]
    public static partial void ColdActivation(
        this ILogger logger, DateTimeOffset time, string shard, SessionRef session);

    [LoggerMessage(LogLevel.Information, "Revoking shard {Shard} from {Session} at {Time:O}")]
    public static partial void Revocation(this ILogger logger, DateTimeOffset time, string shard, SessionRef session);

    [LoggerMessage(
        LogLevel.Information,
        "Activated shard {Shard} at {Session} at {Time:O}, {Milliseconds:0.0} ms after its revocation")]
    public static partial void Activated(
        this ILogger logger, DateTimeOffset time, ShardId shard, SessionRef session, double milliseconds);

    [LoggerMessage(LogLevel.Information, "Instance {Session} registered in namespace {Namespace} from {Address}")]
    public static partial void Registered(this ILogger logger, SessionRef session, string @namespace, string address);

    [LoggerMessage(LogLevel.Information, "Instance {Session} carries on its session in namespace {Namespace}")]
    public static partial void Resumed(this ILogger logger, SessionRef session, string @namespace);

    [LoggerMessage(LogLevel.Information, "Instance {Session} in namespace {Namespace} reports status DRAINING")]
    public static partial void Draining(this ILogger logger, SessionRef session, string @namespace);

    [LoggerMessage(LogLevel.Information, "Instance {Session} deregisters from namespace {Namespace}")]
    public static partial void Deregistered(this ILogger logger, SessionRef session, string @namespace);

    [LoggerMessage(LogLevel.Warning, "A session stream ended with an error: {Reason}")]
    public static partial void RegistrationRefused(this ILogger logger, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "Instance {Session} in namespace {Namespace} holds other roles than it was sent: sending all of them again")]
    public static partial void RolesDiffer(this ILogger logger, SessionRef session, string @namespace);

    [LoggerMessage(
        LogLevel.Warning, "Instance {Session} could not take shard {Shard} of namespace {Namespace}: {Error}")]
    public static partial void InstanceFailed(
        this ILogger logger, SessionRef session, ShardId shard, string @namespace, string error);

    [LoggerMessage(
        LogLevel.Warning,
        "The session of {Session} in namespace {Namespace} cannot be renewed: {Reason}. Its instance stops by itself"
        + " if this lasts")]
    public static partial void RenewalFailing(
        this ILogger logger, SessionRef session, string @namespace, string reason);

    [LoggerMessage(LogLevel.Debug, "Nothing follows from {Kind} of shard {Shard} by {Session}: {Refusal}")]
    public static partial void AcknowledgementIgnored(
        this ILogger logger, AckKind kind, ShardId shard, SessionRef session, StepRefusal refusal);

    [LoggerMessage(
        LogLevel.Warning, "{Count} steps of namespace {Namespace} could not be carried out, trying again: {Reason}")]
    public static partial void StepsFailed(this ILogger logger, int count, string @namespace, string reason);

    [LoggerMessage(LogLevel.Debug, "The stream of {Session} in namespace {Namespace} has ended: {Reason}")]
    public static partial void StreamEnded(this ILogger logger, SessionRef session, string @namespace, string reason);
}
