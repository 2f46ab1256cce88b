namespace Divvy.Coordination.Layout;

/// <summary>An <see cref="EventBatch"/> as it is read.</summary>
internal sealed record EventBatchDocument
{
    public string? Server { get; set; }

    public ShardEventDocument?[]? Events { get; set; }

    /// <exception cref="FormatException">It names no server, or an event is incomplete.</exception>
    public EventBatch ToBatch() => new(
        Server ?? throw new FormatException("a batch of events names no server"),
        Array.ConvertAll(
            Events ?? throw new FormatException("a batch of events has none"), static document =>
                document?.ToEvent() ?? throw new FormatException("an event of a batch is null")));
}
