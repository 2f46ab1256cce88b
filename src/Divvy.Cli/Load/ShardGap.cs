namespace Divvy.Cli.Load;

/// <summary>The longest time somebody waited for a shard (see <see cref="ShardHistory"/>).</summary>
internal sealed record ShardGap(string Shard, double Milliseconds, bool Moved);
