namespace Divvy.Core.Hosting;

/// <summary>What the shell owes after a call of the machine, to be done in the order of the members: tokens first, so
/// that nobody works on for a shard that is gone; journal before acknowledgements, because an acknowledgement lets
/// another instance begin; handlers last.</summary>
public sealed class HostReady
{
    public static readonly HostReady Nothing = new();

    /// <summary>1. Tenures that are over: cancel their tokens.</summary>
    public IReadOnlyList<long> EndedTenures { get; init; } = [];

    /// <summary>2. Handler calls nobody wants any more: cancel their tokens. Their end is still to be
    /// reported.</summary>
    public IReadOnlyList<long> CancelledOperations { get; init; } = [];

    /// <summary>3. Events to write down.</summary>
    public IReadOnlyList<JournalEntry> Journal { get; init; } = [];

    /// <summary>4. Acknowledgements to send; drop them when there is no stream.</summary>
    public IReadOnlyList<HostAck> Acks { get; init; } = [];

    /// <summary>5. Requests that waited.</summary>
    public IReadOnlyList<ReleasedRequest> Released { get; init; } = [];

    /// <summary>6. Handler calls to start.</summary>
    public IReadOnlyList<HandlerCall> Calls { get; init; } = [];

    /// <summary>7. For the log.</summary>
    public IReadOnlyList<HostWarning> Warnings { get; init; } = [];
}
