using Divvy.Client.Servers;
using Microsoft.Extensions.Options;

namespace Divvy.Client.Hosting;

/// <summary>Checks all options and the relations between them, and reports everything at once.</summary>
public sealed class ShardHostOptionsValidator : IValidateOptions<ShardHostOptions>
{
    private const int MaxLabels = 64;

    public ValidateOptionsResult Validate(string? name, ShardHostOptions options)
    {
        var errors = Errors(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What is wrong, in sentences; empty when all is well.</summary>
    public static IEnumerable<string> Errors(ShardHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. IdentityErrors(options), .. LimitErrors(options), .. TimeErrors(options)];
    }

    private static IEnumerable<string> IdentityErrors(ShardHostOptions options)
    {
        if (!Names.IsName(options.Namespace))
            yield return $"Namespace: '{options.Namespace}' is not {Names.Rule}.";
        if (!Names.IsName(options.InstanceId))
            yield return $"InstanceId: '{options.InstanceId}' is not {Names.Rule}.";
        if (options.Address is { } address
            && (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.Port == 0))
            yield return $"Address: '{address}' is not an http or https address with a port that others can reach.";
        if (!(options.Capacity > 0 && double.IsFinite(options.Capacity)))
            yield return $"Capacity: {options.Capacity} is not above 0.";
        if (options.Labels.Count > MaxLabels)
            yield return $"Labels: there are {options.Labels.Count}; at most {MaxLabels} are taken.";
        foreach (var error in ServerList.Errors(options.Servers))
            yield return error;
    }

    private static IEnumerable<string> LimitErrors(ShardHostOptions options)
    {
        if (options.MaxConcurrentHandlers < 1)
            yield return $"MaxConcurrentHandlers: {options.MaxConcurrentHandlers} is below 1.";
        if (options.QueueLimit < 0)
            yield return $"QueueLimit: {options.QueueLimit} is negative; 0 lets no request wait.";
        if (options.TotalQueueLimit < options.QueueLimit)
            yield return $"TotalQueueLimit: {options.TotalQueueLimit} is below QueueLimit ({options.QueueLimit}).";
        if (options.MaxHandOverBytes < 0)
            yield return $"MaxHandOverBytes: {options.MaxHandOverBytes} is negative; 0 hands nothing over.";
        if (options.MaxHandOverBytesHeld < options.MaxHandOverBytes)
            yield return $"MaxHandOverBytesHeld: {options.MaxHandOverBytesHeld} is below MaxHandOverBytes"
                + $" ({options.MaxHandOverBytes}).";
        if (options.MaxPendingMessages < 1)
            yield return $"MaxPendingMessages: {options.MaxPendingMessages} is below 1.";
    }

    private static IEnumerable<string> TimeErrors(ShardHostOptions options)
    {
        (string Name, TimeSpan Value)[] positive =
        [
            (nameof(options.HandlerTimeout), options.HandlerTimeout),
            (nameof(options.MaxQueueTime), options.MaxQueueTime),
            (nameof(options.DrainTimeout), options.DrainTimeout),
            (nameof(options.RegisterTimeout), options.RegisterTimeout),
            (nameof(options.ServerTimeout), options.ServerTimeout),
            (nameof(options.ReconnectMin), options.ReconnectMin),
            (nameof(options.HandOverTimeout), options.HandOverTimeout),
            (nameof(options.ForwardTimeout), options.ForwardTimeout),
        ];
        foreach (var (name, value) in positive.Where(time => time.Value <= TimeSpan.Zero))
            yield return $"{name}: {value} is not above 0.";
        if (options.ForwardFor < TimeSpan.Zero)
            yield return $"ForwardFor: {options.ForwardFor} is negative; 0 sends nothing on.";
        if (options.DrainLinger < TimeSpan.Zero || options.DrainLinger > options.DrainTimeout)
            yield return $"DrainLinger: {options.DrainLinger} is not from 0 to DrainTimeout ({options.DrainTimeout}).";
        if (options.ReconnectMax < options.ReconnectMin)
            yield return $"ReconnectMax: {options.ReconnectMax} is below ReconnectMin ({options.ReconnectMin}).";
    }
}
