using Divvy.Client.Servers;
using Microsoft.Extensions.Options;

namespace Divvy.Client.Routing;

/// <summary>Checks all options of a router and reports everything at once.</summary>
public sealed class ShardRouterOptionsValidator : IValidateOptions<ShardRouterOptions>
{
    public ValidateOptionsResult Validate(string? name, ShardRouterOptions options)
    {
        var errors = Errors(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What is wrong, in sentences; empty when all is well.</summary>
    public static IEnumerable<string> Errors(ShardRouterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return All(options);
    }

    private static IEnumerable<string> All(ShardRouterOptions options)
    {
        if (!Names.IsName(options.Namespace))
            yield return $"Namespace: '{options.Namespace}' is not {Names.Rule}.";
        foreach (var error in ServerList.Errors(options.Servers))
            yield return error;
        if (options.ReconnectMin <= TimeSpan.Zero)
            yield return $"ReconnectMin: {options.ReconnectMin} is not above 0.";
        if (options.ReconnectMax < options.ReconnectMin)
            yield return $"ReconnectMax: {options.ReconnectMax} is below ReconnectMin ({options.ReconnectMin}).";
    }
}
