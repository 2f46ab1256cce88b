using Divvy.Consensus.Raft;
using Microsoft.Extensions.Logging;

namespace Divvy.Store.Peers;

/// <summary>What the transport writes into the log: a line for a change, none for an attempt.</summary>
internal static partial class PeerLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Listening for peers at {Url}")]
    public static partial void Listening(this ILogger logger, Uri url);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to member {Peer} at {Url}")]
    public static partial void Connected(this ILogger logger, string peer, Uri url);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No connection to member {Peer}: {Reason}")]
    public static partial void Disconnected(this ILogger logger, string peer, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Peer} connected from {Remote}")]
    public static partial void Accepted(this ILogger logger, string peer, string remote);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "The connection of member {Peer} from {Remote} ended: {Reason}")]
    public static partial void Ended(this ILogger logger, string peer, string remote, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refused a connection from {Remote}: {Reason}")]
    public static partial void Refused(this ILogger logger, string remote, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A connection from {Remote} ended by a defect")]
    public static partial void Defect(this ILogger logger, Exception failure, string remote);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "A message {Kind} to member {Peer} takes {Size} bytes, more than a frame may ({Limit}): dropped")]
    public static partial void MessageTooLarge(
        this ILogger logger, MessageKind kind, string peer, long size, int limit);

    [LoggerMessage(Level = LogLevel.Information, Message = "Member {Peer} took the snapshot at {Last}")]
    public static partial void SnapshotSent(this ILogger logger, string peer, EntryId last);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Member {Peer} did not take the snapshot at {Last}: {Reason}")]
    public static partial void SnapshotNotSent(this ILogger logger, string peer, EntryId last, string reason);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Received the snapshot at {Last} from member {Peer}: {Bytes} bytes")]
    public static partial void SnapshotReceived(this ILogger logger, string peer, EntryId last, long bytes);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The snapshot at {Last} from member {Peer} did not arrive: {Reason}")]
    public static partial void SnapshotNotReceived(this ILogger logger, string peer, EntryId last, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot accept connections at {Url}, trying on: {Failure}")]
    public static partial void AcceptFailed(this ILogger logger, Uri url, string failure);
}
