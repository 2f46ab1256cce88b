using System.Collections.Immutable;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Export;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Consensus.Raft;
using Divvy.Consensus.State;
using Divvy.Store.Commands;
using Divvy.Store.Disk;
using Divvy.Store.Packing;

namespace Divvy.Store.Snapshots;

/// <summary>Reads snapshot files.</summary>
internal static class SnapshotFile
{
    /// <summary>Whose snapshot it is, without reading its data.
    /// <exception cref="SnapshotDamagedException">It is not as it was written.</exception></summary>
    public static SnapshotHead ReadHead(IDisk disk, string name)
    {
        using var file = disk.Open(name);
        return ReadHead(new SectionReader(PathOf(disk, name), file));
    }

    /// <summary>The whole state.
    /// <exception cref="SnapshotDamagedException">It is not as it was written.</exception></summary>
    public static (SnapshotHead Head, StateMachine State) Load(
        IDisk disk, string name, MvccOptions options, WatchLimits limits)
    {
        using var file = disk.Open(name);
        return Load(new SectionReader(PathOf(disk, name), file), options, limits);
    }

    /// <summary>The whole state; the reader then stands behind the last section.
    /// <exception cref="SnapshotDamagedException">It is not as it was written.</exception></summary>
    public static (SnapshotHead Head, StateMachine State) Load(
        SectionReader reader, MvccOptions options, WatchLimits limits)
    {
        try
        {
            return ReadAll(reader, options, limits);
        }
        catch (Exception damage) when (damage is FormatException or InvalidDataException)
        {
            throw reader.Damaged(damage.Message);
        }
    }

    private static (SnapshotHead Head, StateMachine State) ReadAll(
        SectionReader reader, MvccOptions options, WatchLimits limits)
    {
        var head = ReadHead(reader);
        var import = new MvccImport(options);
        var kept = new List<(SectionKind Kind, byte[] Content)>();
        while (true)
        {
            var (kind, content) = reader.Next();
            if (kind == SectionKind.End)
                break;
            if (kind == SectionKind.Data)
                import.Consume(content.Span);
            else
                kept.Add((kind, content.ToArray()));
        }

        var state = new StateMachine(import.Finish(), limits);
        state.Load(head.Snapshot.Last, head.Snapshot.Membership);
        foreach (var (kind, content) in kept)
            Take(state, kind, content);
        return (head, state);
    }

    private static SnapshotHead ReadHead(SectionReader reader)
    {
        var (kind, content) = reader.Next();
        return kind == SectionKind.Head
            ? SnapshotHead.Decode(content)
            : throw reader.Damaged($"it begins with a section of kind {(byte)kind}");
    }

    private static void Take(StateMachine state, SectionKind kind, byte[] content)
    {
        var reader = new PackedReader(content);
        switch (kind)
        {
            case SectionKind.Members:
                var members = ImmutableArray.CreateBuilder<MemberRecord>();
                for (var left = reader.Count(); left > 0; left--)
                    members.Add(MemberCodec.Read(ref reader));
                var removed = ImmutableArray.CreateBuilder<NodeId>();
                for (var left = reader.Count(); left > 0; left--)
                    removed.Add(new NodeId(reader.Fixed()));
                state.Members.Load(members, removed);
                break;
            case SectionKind.Alarms:
                for (var left = reader.Count(); left > 0; left--)
                {
                    var alarm = new Alarm(new NodeId(reader.Fixed()), (AlarmKind)reader.Byte());
                    state.Alarms.Apply(new AlarmCommand(alarm, Raise: true));
                }

                break;
            case SectionKind.Auth:
                state.Auth.ReadFrom(content);
                break;
            default:
                throw new FormatException($"a section of kind {(byte)kind} was written by a newer release");
        }
    }

    private static string PathOf(IDisk disk, string name) => Path.Combine(disk.Place, name);
}
