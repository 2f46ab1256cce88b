using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Metrics;

namespace Divvy.Store.Front;

/// <summary>What health checks and metrics ask of a member. Thread-safe.</summary>
internal interface IMemberProbe
{
    bool HasLeader { get; }

    /// <summary>The alarms that are raised, of all members.</summary>
    IReadOnlyList<AlarmMember> Alarms { get; }

    /// <summary>The version of the API that all members have, for example <c>3.4.0</c>.</summary>
    string ClusterVersion { get; }

    /// <summary>How long a read may take before the member counts as unable to read.</summary>
    TimeSpan RequestTimeout { get; }

    /// <summary>Reads as a client would: from this member alone, or confirmed by a majority.
    /// <exception cref="RpcException">It cannot, and why.</exception></summary>
    ValueTask ReadAsync(bool isSerializable, CancellationToken cancellationToken);

    /// <summary>The member's numbers now.</summary>
    MemberReading Read();
}
