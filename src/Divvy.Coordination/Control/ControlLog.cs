using Divvy.Core.Identity;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Control;

internal static partial class ControlLog
{
    [LoggerMessage(
        LogLevel.Information,
        "Became leader for shard distribution of namespace {Namespace} (server {Server}, key {Key})")]
    public static partial void BecameLeader(this ILogger logger, string @namespace, string server, string key);

    [LoggerMessage(
        LogLevel.Information, "Server {Server} does not lead the shard distribution of namespace {Namespace} any more")]
    public static partial void LostLeadership(this ILogger logger, string @namespace, string server);

    [LoggerMessage(
        LogLevel.Warning, "The election for namespace {Namespace} cannot go on, trying again until it can: {Reason}")]
    public static partial void ElectionFailing(this ILogger logger, string @namespace, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "Instance appears to be unhealthy: {Session} of namespace {Namespace} has lost its session at {Time:O}, and did"
        + " not say goodbye; it owned {Shards} shards, which get other owners")]
    public static partial void InstanceUnhealthy(
        this ILogger logger, SessionRef session, string @namespace, DateTimeOffset time, int shards);

    [LoggerMessage(LogLevel.Information, "Instance {Session} has left namespace {Namespace}")]
    public static partial void InstanceLeft(this ILogger logger, SessionRef session, string @namespace);

    [LoggerMessage(
        LogLevel.Information,
        "Planned namespace {Namespace} for {Instances} instances: {Assignments} assignments, {Takeovers} takeovers,"
        + " {Moves} moves begin, {Deferred} wait, {Unplaceable} shards cannot be placed")]
    public static partial void Planned(
        this ILogger logger, string @namespace, int instances, int assignments, int takeovers, int moves, int deferred,
        int unplaceable);

    [LoggerMessage(
        LogLevel.Error, "A plan for namespace {Namespace} breaks its own rules and is not carried out: {Violations}")]
    public static partial void PlanRefused(this ILogger logger, string @namespace, string violations);

    [LoggerMessage(LogLevel.Warning, "Namespace {Namespace}: {Message}")]
    public static partial void MoveWaits(this ILogger logger, string @namespace, string message);

    [LoggerMessage(
        LogLevel.Warning, "Steps of namespace {Namespace} could not be carried out, planning again: {Reason}")]
    public static partial void CommitFailed(this ILogger logger, string @namespace, string reason);

    [LoggerMessage(LogLevel.Information, "Namespace {Namespace} is deleted")]
    public static partial void NamespaceDeleted(this ILogger logger, string @namespace);

    [LoggerMessage(LogLevel.Critical, "The controller of namespace {Namespace} has failed and starts anew")]
    public static partial void ControllerFailed(this ILogger logger, Exception failure, string @namespace);
}
