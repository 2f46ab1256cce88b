using Microsoft.Extensions.Options;

namespace Divvy.Streams.Consuming;

/// <summary>Checks all options and the relations between them, and reports everything at once.</summary>
public sealed class StreamConsumerOptionsValidator : IValidateOptions<StreamConsumerOptions>
{
    /// <summary>The service's limit of records a read.</summary>
    private const int MostRecords = 10_000;

    private const int LongestName = 128;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, StreamConsumerOptions options)
    {
        var errors = Errors(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What is wrong, in sentences; empty when all is well.</summary>
    public static IEnumerable<string> Errors(StreamConsumerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return
        [
            .. NameErrors(options), .. StoreErrors(options), .. LimitErrors(options), .. TimeErrors(options),
            .. PoisonErrors(options),
        ];
    }

    private static IEnumerable<string> NameErrors(StreamConsumerOptions options)
    {
        if (!IsName(options.ApplicationName))
            yield return $"ApplicationName: '{options.ApplicationName}' is not {NameRule}.";
        if (string.IsNullOrWhiteSpace(options.WorkerId) || options.WorkerId.Length > LongestName)
            yield return $"WorkerId: '{options.WorkerId}' is not 1 to {LongestName} characters.";
        if (options.Streams.Count == 0)
            yield return "Streams: name at least one stream.";
        foreach (var stream in options.Streams.Where(stream => !IsName(stream)))
            yield return $"Streams: '{stream}' is not {NameRule}.";
        if (options.Streams.Distinct(StringComparer.Ordinal).Count() != options.Streams.Count)
            yield return "Streams: a stream is named twice.";
        if (options.FanOutConsumer is { } consumer && !IsName(consumer))
            yield return $"FanOutConsumer: '{consumer}' is not {NameRule}.";
        if (options.InitialPosition == StreamStart.AtTimestamp && options.InitialTimestamp is null)
            yield return "InitialTimestamp: AtTimestamp needs the time to begin at.";
    }

    private static IEnumerable<string> StoreErrors(StreamConsumerOptions options)
    {
        if (!Enum.IsDefined(options.LeaseStore))
            yield return $"LeaseStore: {options.LeaseStore} is no known store.";
        if (options.LeaseStore == LeaseStoreKind.Distributor && options.Distributor.Servers.Count == 0)
            yield return "Distributor.Servers: name at least one server.";
        if (options.Table.LeaseDuration < TimeSpan.FromSeconds(1))
            yield return $"Table.LeaseDuration: {options.Table.LeaseDuration} is below 1 s.";
        if (options.Table.PollInterval <= TimeSpan.Zero
            || options.Table.PollInterval > options.Table.LeaseDuration / 4)
            yield return "Table.PollInterval: must be above zero and at most a quarter of Table.LeaseDuration.";
        if (options.Table.MaxLeasesPerWorker < 1 || options.Table.MaxLeasesToStealAtOnce < 1)
            yield return "Table.MaxLeasesPerWorker, Table.MaxLeasesToStealAtOnce: must be at least 1.";
    }

    private static IEnumerable<string> LimitErrors(StreamConsumerOptions options)
    {
        if (options.MaxBufferedBytes < ReadBudget.SmallestLimit)
        {
            yield return $"MaxBufferedBytes: {options.MaxBufferedBytes} is below {ReadBudget.SmallestLimit}, the least"
                + " that is worth dividing between shards.";
        }
        if (options.GetRecordsLimit is < 1 or > MostRecords)
            yield return $"GetRecordsLimit: {options.GetRecordsLimit} is not between 1 and {MostRecords}.";
        if (options.MaxReadsAtOnce < 1)
            yield return $"MaxReadsAtOnce: {options.MaxReadsAtOnce} is below 1: nothing would be read.";
    }

    private static IEnumerable<string> TimeErrors(StreamConsumerOptions options)
    {
        if (options.IdleTime <= TimeSpan.Zero)
            yield return $"IdleTime: {options.IdleTime} is not above zero.";
        if (options.MaxIdleTime < TimeSpan.Zero)
            yield return $"MaxIdleTime: {options.MaxIdleTime} is negative.";
        if (options.ReadInterval < TimeSpan.Zero)
            yield return $"ReadInterval: {options.ReadInterval} is negative.";
        if (options.FirstReadBackoff <= TimeSpan.Zero || options.MaxReadBackoff < options.FirstReadBackoff)
            yield return "FirstReadBackoff: must be above zero and at most MaxReadBackoff.";
        if (options.AutoCheckpoint < TimeSpan.Zero)
            yield return $"AutoCheckpoint: {options.AutoCheckpoint} is negative.";
        if (options.ProcessorLimit <= TimeSpan.Zero)
            yield return $"ProcessorLimit: {options.ProcessorLimit} is not above zero.";
        if (options.CancellationGrace <= TimeSpan.Zero)
            yield return $"CancellationGrace: {options.CancellationGrace} is not above zero.";
        if (options.StopTimeout <= TimeSpan.Zero)
            yield return $"StopTimeout: {options.StopTimeout} is not above zero.";
    }

    private static IEnumerable<string> PoisonErrors(StreamConsumerOptions options)
    {
        var poison = options.Poison;
        if (poison.MaxAttempts < 1)
            yield return $"Poison.MaxAttempts: {poison.MaxAttempts} is not at least 1.";
        if (poison.FirstBackoff <= TimeSpan.Zero || poison.MaxBackoff < poison.FirstBackoff)
            yield return "Poison.FirstBackoff: must be above zero and at most Poison.MaxBackoff.";
        if (!Enum.IsDefined(poison.Action))
            yield return $"Poison.Action: {poison.Action} is no known action.";
        if (poison.OnSkip is not null && poison.Action != PoisonAction.Skip)
            yield return "Poison.OnSkip: is never called unless Poison.Action is Skip.";
    }

    private const string NameRule = "1 to 128 letters, digits, '-', '_' or '.'";

    private static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}
