namespace Divvy.Cli.Lab;

/// <summary>A shard got another holder.</summary>
internal readonly record struct OwnershipChange(string Shard, string? From, string To, long ActivatedNs);
