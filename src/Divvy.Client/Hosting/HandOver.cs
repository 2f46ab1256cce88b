namespace Divvy.Client.Hosting;

/// <summary>State that goes from a shard's owner to the next one. It may be lost with either of them: it saves a
/// reload, it does not replace a store.</summary>
/// <param name="State">The bytes, up to <see cref="ShardHostOptions.MaxHandOverBytes"/>; more are not sent, and the
/// next owner starts cold.</param>
public sealed record HandOver(ReadOnlyMemory<byte> State);
