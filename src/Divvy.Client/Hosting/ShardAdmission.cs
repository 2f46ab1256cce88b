using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Client.Hosting;

/// <summary>What becomes of a request, and, if it is served, its stay in the shard: the shard is not given away before
/// the stay was disposed, so dispose it when the answer has left. Thread-safe.</summary>
public sealed class ShardAdmission : IDisposable
{
    private readonly HostShell? shell;
    private readonly AdmitResult result;
    private int left;

    internal ShardAdmission(HostShell? shell, ShardId shard, in AdmitResult result)
    {
        this.shell = shell;
        this.result = result;
        Shard = shard;
    }

    public ShardId Shard { get; }

    /// <summary>Serve, forward, misdirected, fenced or overloaded; the waiting is over.</summary>
    public AdmitKind Kind => result.Kind;

    public bool IsServed => Kind == AdmitKind.Serve;

    /// <summary>Served: the fencing token for what the request writes. Otherwise the newest one known.</summary>
    public Generation Generation => IsServed ? result.Admission.Generation : result.Generation;

    /// <summary>The newest revision of the shard's record known here.</summary>
    public Revision Revision => IsServed ? result.Admission.Revision : result.Revision;

    /// <summary>Forward: to whom. Misdirected: the owner as far as known.</summary>
    public SessionRef? Owner => result.Owner;

    public string? OwnerAddress => result.OwnerAddress;

    /// <summary>Served: cancelled when the shard is lost.</summary>
    public CancellationToken OwnershipEnded =>
        shell?.TokenOf(result.Admission.Tenure) ?? new CancellationToken(canceled: true);

    /// <summary>Whether the answer may go out: the shard has been owned all the time (R19). Ask right before it
    /// goes.</summary>
    public bool MayRelease() => shell is not null && result.Admission.MayRelease(shell.NowMs);

    public void Dispose()
    {
        if (IsServed && shell is not null && Interlocked.Exchange(ref left, 1) == 0)
            shell.Leave(Shard, result.Admission);
    }
}
