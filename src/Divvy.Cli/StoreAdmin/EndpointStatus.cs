namespace Divvy.Cli.StoreAdmin;

/// <summary>What an endpoint says of itself; null where it does not answer.</summary>
internal sealed record EndpointStatus(
    string Endpoint,
    string? Id,
    string Role,
    string? Version,
    long? Revision,
    long? DbSize,
    long? DbSizeInUse,
    ulong? Term,
    ulong? Index,
    ulong? AppliedIndex,
    IReadOnlyList<string> Errors);
