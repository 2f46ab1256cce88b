using System.Collections.Concurrent;
using Divvy.Coordination.Mirror;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Sessions;

/// <summary>Tells the streams of this server what changed for their sessions. Thread-safe.</summary>
internal sealed class SessionHub
{
    private readonly ConcurrentDictionary<(string Space, SessionRef Session), SessionStream> streams = [];

    public int Count => streams.Count;

    /// <summary>A stream opens; one that still carries the same session is ended, the instance does not read it any
    /// more.
    /// </summary>
    public void Add(SessionStream stream) =>
        streams.AddOrUpdate(
            (stream.Space, stream.Session),
            stream,
            (_, older) =>
            {
                older.Outbox.End("the session goes on in a newer stream");
                return stream;
            });

    public void Remove(SessionStream stream) =>
        streams.TryRemove(KeyValuePair.Create((stream.Space, stream.Session), stream));

    /// <summary>Runs on the mirror's loop.</summary>
    public void Observe(MirrorUpdate update)
    {
        if (streams.IsEmpty)
            return;
        foreach (var change in update.Changes)
            Observe(change);
    }

    private void Observe(NamespaceDelta change)
    {
        foreach (var shard in change.Shards)
        {
            Tell(change.Name, shard, shard.Before?.Record, except: null);
            Tell(change.Name, shard, shard.After?.Record, except: shard.Before?.Record);
        }
        foreach (var instance in change.Instances)
        {
            if (instance.Before is { } before && instance.After?.Ref != before.Ref)
                Find(change.Name, before.Ref)?.Outbox.End("the session has ended");
        }
        if (change.Before.Config is not null && change.After.Config is null)
        {
            var told = streams.Values.Where(stream => stream.Space == change.Name);
            foreach (var stream in told.OrderBy(stream => stream.Session))
                stream.Outbox.End($"the namespace {change.Name} was deleted");
        }
    }

    private void Tell(string space, ShardChange change, ShardRecord? record, ShardRecord? except)
    {
        if (record is null)
            return;
        foreach (var session in SessionsIn(record))
        {
            if (except is null || !SessionsIn(except).Contains(session))
                Find(space, session)?.Outbox.ShardChanged(change);
        }
    }

    private SessionStream? Find(string space, SessionRef session) => streams.GetValueOrDefault((space, session));

    private static IEnumerable<SessionRef> SessionsIn(ShardRecord record)
    {
        if (record.Owner is { } owner)
            yield return owner;
        if (record.Next is { } next)
            yield return next;
        foreach (var standby in record.Standbys)
            yield return standby;
    }
}
