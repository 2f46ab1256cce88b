namespace Divvy.Cli.Streams.Lab;

/// <summary>One worker's holding of one shard, by its journal.</summary>
/// <param name="Shard">The shard's id.</param>
/// <param name="Worker">Who.</param>
/// <param name="FromMs">When its processor was ready.</param>
/// <param name="ToMs">When it gave the shard up, finished or lost it; null: it holds it.</param>
/// <param name="Ended">Whether the shard was processed to its end.</param>
/// <param name="Given">Whether it was handed over.</param>
internal sealed record ShardHold(
    string Shard, string Worker, double FromMs, double? ToMs = null, bool Ended = false, bool Given = false);
