using Divvy.Rpc;

namespace Divvy.Benchmarks.Rpc;

/// <summary>Counts the calls that ended.</summary>
internal sealed class CallCount
{
    private long ended;
    private long failed;

    public long Ended => Interlocked.Read(ref ended);

    public long Failed => Interlocked.Read(ref failed);

    public void Add(RpcStatusCode code)
    {
        Interlocked.Increment(ref ended);
        if (code != RpcStatusCode.OK)
            Interlocked.Increment(ref failed);
    }
}
