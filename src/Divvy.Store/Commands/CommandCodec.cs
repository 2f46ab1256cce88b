using Divvy.Consensus;
using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Raft;
using Divvy.Consensus.State;
using Divvy.Store.Packing;

namespace Divvy.Store.Commands;

/// <summary>
/// Commands to bytes and back. This is the format of the log on disk and between members: it only grows. Layout:
/// version (1 byte), request and proposer (8 bytes each), caller (1 byte, and name and revision of a user), kind (1
/// byte), then the fields of the kind in the order below.
/// </summary>
internal static class CommandCodec
{
    private const byte Version = 1;

    /// <summary>Transactions nest; deeper ones than any client could have had accepted are damage.</summary>
    private const int MaxDepth = 64;

    private enum CallerKind : byte
    {
        None,
        Member,
        User,
    }

    [ThreadStatic]
    private static PackedWriter? scratch;

    public static byte[] Encode(in LogCommand command)
    {
        var writer = scratch ??= new PackedWriter(1024);
        writer.Clear();
        writer.Byte(Version);
        writer.Fixed(command.Request);
        writer.Fixed(command.Proposer.Value);
        WriteCaller(writer, command.Caller);
        Write(writer, command.Command);
        return writer.ToArray();
    }

    /// <summary>Reads a command; its keys and values are slices of the input.
    /// <exception cref="FormatException">The bytes are no command that this version knows.</exception></summary>
    public static LogCommand Decode(ReadOnlyMemory<byte> data)
    {
        var reader = new PackedReader(data);
        var version = reader.Byte();
        if (version != Version)
            throw new FormatException($"a command of version {version} was written by a newer release");
        var request = reader.Fixed();
        var proposer = new NodeId(reader.Fixed());
        var caller = ReadCaller(ref reader);
        var command = Read(ref reader);
        return reader.IsAtEnd
            ? new LogCommand(request, proposer, caller, command)
            : throw new FormatException($"a {command.GetType().Name} is followed by more");
    }

    private static void WriteCaller(PackedWriter writer, Caller? caller)
    {
        writer.Byte((byte)(caller is null ? CallerKind.None : caller.IsInternal ? CallerKind.Member : CallerKind.User));
        if (caller is null or { IsInternal: true })
            return;
        writer.Text(caller.User);
        writer.Signed(caller.AuthRevision);
    }

    private static Caller? ReadCaller(ref PackedReader reader) => (CallerKind)reader.Byte() switch
    {
        CallerKind.None => null,
        CallerKind.Member => Caller.Internal,
        CallerKind.User => new Caller(reader.Text(), reader.Signed()),
        var other => throw new FormatException($"{(byte)other} is no kind of caller"),
    };

    private static void Write(PackedWriter writer, StoreCommand command)
    {
        switch (command)
        {
            case MvccOperation operation:
                Write(writer, operation);
                break;
            case CompactCommand compact:
                writer.Byte((byte)CommandKind.Compact);
                writer.Signed(compact.Revision);
                break;
            case LeaseGrantCommand grant:
                writer.Byte((byte)CommandKind.LeaseGrant);
                writer.Signed(grant.Id);
                writer.Signed(grant.TtlSeconds);
                break;
            case LeaseRevokeCommand revoke:
                writer.Byte((byte)CommandKind.LeaseRevoke);
                writer.Signed(revoke.Id);
                break;
            case LeaseCheckpointCommand checkpoint:
                writer.Byte((byte)CommandKind.LeaseCheckpoint);
                writer.Signed(checkpoint.Id);
                writer.Signed(checkpoint.RemainingSeconds);
                break;
            case AlarmCommand alarm:
                writer.Byte((byte)CommandKind.Alarm);
                writer.Fixed(alarm.Alarm.Member.Value);
                writer.Byte((byte)alarm.Alarm.Kind);
                writer.Flag(alarm.Raise);
                break;
            case MemberPublishCommand publish:
                writer.Byte((byte)CommandKind.MemberPublish);
                writer.Fixed(publish.Member.Value);
                writer.Text(publish.Name);
                MemberCodec.WriteTexts(writer, publish.ClientUrls);
                break;
            case MemberUpdateCommand update:
                writer.Byte((byte)CommandKind.MemberUpdate);
                writer.Fixed(update.Member.Value);
                MemberCodec.WriteTexts(writer, update.PeerUrls);
                break;
            case AuthCommand auth:
                AuthCommandCodec.Write(writer, auth);
                break;
            default:
                throw new InvalidOperationException($"{command.GetType().Name} has no form in the log");
        }
    }

    private static StoreCommand Read(ref PackedReader reader)
    {
        var kind = (CommandKind)reader.Byte();
        switch (kind)
        {
            case CommandKind.Compact:
                return new CompactCommand(reader.Signed());
            case CommandKind.LeaseGrant:
                return new LeaseGrantCommand(reader.Signed(), reader.Signed());
            case CommandKind.LeaseRevoke:
                return new LeaseRevokeCommand(reader.Signed());
            case CommandKind.LeaseCheckpoint:
                return new LeaseCheckpointCommand(reader.Signed(), reader.Signed());
            case CommandKind.Alarm:
                var member = new NodeId(reader.Fixed());
                return new AlarmCommand(new Alarm(member, (AlarmKind)reader.Byte()), reader.Flag());
            case CommandKind.MemberPublish:
                return new MemberPublishCommand(
                    new NodeId(reader.Fixed()), reader.Text(), MemberCodec.ReadTexts(ref reader));
            case CommandKind.MemberUpdate:
                return new MemberUpdateCommand(new NodeId(reader.Fixed()), MemberCodec.ReadTexts(ref reader));
            case >= CommandKind.AuthEnable:
                return AuthCommandCodec.Read(kind, ref reader);
            default:
                return ReadOperation(kind, ref reader, depth: 0);
        }
    }

    private static void Write(PackedWriter writer, MvccOperation operation)
    {
        switch (operation)
        {
            case PutOperation put:
                OperationCodec.WritePut(writer, put);
                break;
            case DeleteRangeOperation delete:
                OperationCodec.WriteDelete(writer, delete);
                break;
            case RangeOperation range:
                OperationCodec.WriteRange(writer, range);
                break;
            case TxnOperation txn:
                writer.Byte((byte)CommandKind.Txn);
                writer.Count(txn.Compares.Count);
                foreach (var compare in txn.Compares)
                    OperationCodec.WriteCompare(writer, compare);
                WriteBranch(writer, txn.Success);
                WriteBranch(writer, txn.Failure);
                break;
            default:
                throw new InvalidOperationException($"{operation.GetType().Name} has no form in the log");
        }
    }

    private static void WriteBranch(PackedWriter writer, IReadOnlyList<MvccOperation> branch)
    {
        writer.Count(branch.Count);
        foreach (var operation in branch)
            Write(writer, operation);
    }

    private static MvccOperation ReadOperation(CommandKind kind, ref PackedReader reader, int depth) => kind switch
    {
        CommandKind.Put => OperationCodec.ReadPut(ref reader),
        CommandKind.DeleteRange => OperationCodec.ReadDelete(ref reader),
        CommandKind.Range => OperationCodec.ReadRange(ref reader),
        CommandKind.Txn when depth < MaxDepth => ReadTxn(ref reader, depth),
        _ => throw new FormatException($"a command of kind {(byte)kind} was written by a newer release, or is damaged"),
    };

    private static TxnOperation ReadTxn(ref PackedReader reader, int depth)
    {
        var compares = new TxnCompare[reader.Count()];
        for (var i = 0; i < compares.Length; i++)
            compares[i] = OperationCodec.ReadCompare(ref reader);
        return new TxnOperation(compares, ReadBranch(ref reader, depth), ReadBranch(ref reader, depth));
    }

    private static MvccOperation[] ReadBranch(ref PackedReader reader, int depth)
    {
        var branch = new MvccOperation[reader.Count()];
        for (var i = 0; i < branch.Length; i++)
            branch[i] = ReadOperation((CommandKind)reader.Byte(), ref reader, depth + 1);
        return branch;
    }
}
