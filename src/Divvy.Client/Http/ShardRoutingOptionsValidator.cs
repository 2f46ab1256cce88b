using Microsoft.Extensions.Options;

namespace Divvy.Client.Http;

/// <summary>Checks all options of shard routing and reports everything at once.</summary>
public sealed class ShardRoutingOptionsValidator : IValidateOptions<ShardRoutingOptions>
{
    public ValidateOptionsResult Validate(string? name, ShardRoutingOptions options)
    {
        var errors = Errors(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What is wrong, in sentences; empty when all is well.</summary>
    public static IEnumerable<string> Errors(ShardRoutingOptions options)
    {
        if (Uri.CheckHostName(options.Host) == UriHostNameType.Unknown)
            yield return $"Host: '{options.Host}' is not a host name.";
        if (options.Deadline <= TimeSpan.Zero)
            yield return $"Deadline: {options.Deadline} is not above 0.";
        if (options.MaxAttempts < 1)
            yield return $"MaxAttempts: {options.MaxAttempts} is below 1.";
        if (options.RetryMin <= TimeSpan.Zero)
            yield return $"RetryMin: {options.RetryMin} is not above 0.";
        if (options.RetryMax < options.RetryMin)
            yield return $"RetryMax: {options.RetryMax} is below RetryMin ({options.RetryMin}).";
        if (options.MaxBufferedBytes is < 0 or > int.MaxValue)
            yield return $"MaxBufferedBytes: {options.MaxBufferedBytes} is not between 0 and {int.MaxValue}.";
    }
}
