using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>The decision on a request, with what the decision needs.</summary>
public readonly record struct AdmitResult
{
    public required AdmitKind Kind { get; init; }

    /// <summary>Serve: the stay of the request, to be ended by <see cref="Admission.Leave"/>.</summary>
    public Admission Admission { get; init; }

    /// <summary>Queue and hold: names the wait.</summary>
    public long Ticket { get; init; }

    /// <summary>Forward: to whom; misdirected: the owner as far as known.</summary>
    public SessionRef? Owner { get; init; }

    public string? OwnerAddress { get; init; }

    /// <summary>The newest revision of the shard's record known here; none: nothing is known.</summary>
    public Revision Revision { get; init; }

    public Generation Generation { get; init; }
}
