using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Services.Concurrency;

/// <summary>
/// The queue of keys behind locks and elections, laid out as etcd's package concurrency does, so that its clients and
/// this server may contend for the same name. Each contender holds a key <c>NAME/LEASE</c> (the lease's id in hex) that
/// its lease keeps alive; whose key was created first is the owner. A contender waits for the key that was created last
/// before its own to go, and looks again, because keys before that one may be left.
/// <para>A contender whose lease ends while it waits has lost its key and must not own anything; one that gives up
/// deletes its key, so that nobody waits for it.</para>
/// </summary>
internal sealed class Contest(StoreCalls calls, ByteString name)
{
    private readonly ByteString prefix = ByteString.CopyFrom([.. name.Span, (byte)'/']);

    public ByteString Prefix => prefix;

    /// <summary>The end of the range of all keys of the contest.</summary>
    public ByteString End { get; } = ByteString.CopyFrom([.. name.Span, (byte)'/' + 1]);

    public ByteString KeyOf(long lease) =>
        ByteString.CopyFrom([.. prefix.Span, .. ByteString.CopyFromUtf8(lease.ToString("x")).Span]);

    /// <summary>The range that has the owner's key, or nothing.</summary>
    public RangeRequest Owner() => new()
    {
        Key = prefix,
        RangeEnd = End,
        SortTarget = RangeRequest.Types.SortTarget.Create,
        SortOrder = RangeRequest.Types.SortOrder.Ascend,
        Limit = 1,
    };

    /// <summary>Puts the contender's key unless it is there.</summary>
    /// <returns>The answer, whose first response is the key's range if it was there.</returns>
    public ValueTask<TxnResponse> EnterAsync(ByteString key, ByteString value, long lease) => calls.CallAsync(
        EtcdMethods.Txn,
        new TxnRequest
        {
            Compare = { IsCreatedAt(key, 0) },
            Success =
            {
                new RequestOp { RequestPut = new PutRequest { Key = key, Value = value, Lease = lease } },
                new RequestOp { RequestRange = Owner() },
            },
            Failure =
            {
                new RequestOp { RequestRange = new RangeRequest { Key = key } },
                new RequestOp { RequestRange = Owner() },
            },
        },
        calls.CancellationToken);

    /// <summary>Waits until no key is left that was created before a revision; a contender that cannot wait any longer
    /// leaves the queue.</summary>
    public async ValueTask WaitForTurnAsync(ByteString key, long createRevision, CancellationToken cancellationToken)
    {
        try
        {
            while (await LastBeforeAsync(createRevision, cancellationToken).ConfigureAwait(false) is { } last)
                await WaitForDeleteAsync(last.Key, last.Revision, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await LeaveAsync(key).ConfigureAwait(false);
            throw;
        }
    }

    public static Compare IsCreatedAt(ByteString key, long revision) => new()
    {
        Key = key,
        Target = Compare.Types.CompareTarget.Create,
        Result = Compare.Types.CompareResult.Equal,
        CreateRevision = revision,
    };

    private async ValueTask<(ByteString Key, long Revision)?> LastBeforeAsync(
        long createRevision, CancellationToken cancellationToken)
    {
        var range = new RangeRequest
        {
            Key = prefix,
            RangeEnd = End,
            SortTarget = RangeRequest.Types.SortTarget.Create,
            SortOrder = RangeRequest.Types.SortOrder.Descend,
            MaxCreateRevision = createRevision - 1,
            Limit = 1,
        };
        var response = await calls.CallAsync(EtcdMethods.Range, range, cancellationToken).ConfigureAwait(false);
        return response.Kvs.Count == 0 ? null : (response.Kvs[0].Key, response.Header.Revision);
    }

    private async ValueTask WaitForDeleteAsync(ByteString key, long revision, CancellationToken cancellationToken)
    {
        var watch = new WatchCreateRequest { Key = key, StartRevision = revision };
        await foreach (var (change, _) in calls.WatchAsync(watch, cancellationToken).ConfigureAwait(false))
        {
            if (change.Type == Event.Types.EventType.Delete)
                return;
        }
        throw new RpcException(RpcStatusCode.Unavailable, $"the watch of the key before ended at revision {revision}");
    }

    private async ValueTask LeaveAsync(ByteString key)
    {
        try
        {
            var request = new DeleteRangeRequest { Key = key };
            await calls.CallAsync(EtcdMethods.DeleteRange, request, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // The lease takes the key away if this does not.
        }
    }
}
