using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Benchmarks.Rpc;

/// <summary>Put and Range with one answer each, as large as those of a small key with a value of 256 bytes.</summary>
internal static class FixedAnswers
{
    private const ulong SomeId = 0x123456789ABCDEF0;

    public static void MapTo(RpcServices services)
    {
        var header = new ResponseHeader { ClusterId = SomeId, MemberId = SomeId, Revision = 1_000_000, RaftTerm = 2 };
        var put = new PutResponse { Header = header };
        var range = new RangeResponse { Header = header, Count = 1 };
        range.Kvs.Add(new KeyValue
        {
            Key = ByteString.CopyFrom(new byte[8]),
            Value = ByteString.CopyFrom(new byte[256]),
            CreateRevision = 1000,
            ModRevision = 1_000_000,
            Version = 1,
        });
        services
            .Unary(EtcdMethods.Put, (_, _) => ValueTask.FromResult(put))
            .Unary(EtcdMethods.Range, (_, _) => ValueTask.FromResult(range));
    }
}
