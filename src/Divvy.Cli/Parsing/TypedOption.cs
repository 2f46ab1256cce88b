using System.CommandLine;
using System.CommandLine.Parsing;
using Divvy.Client.Etcd;

namespace Divvy.Cli.Parsing;

/// <summary>Makes options whose values have a type of their own, with their own error sentences.</summary>
internal static class TypedOption
{
    public static Option<Duration> Duration(string name, Duration standard, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "DURATION",
            DefaultValueFactory = _ => standard,
            CustomParser = result => Read<Duration>(result, Parsing.Duration.TryParse),
        };

    public static Option<Duration?> OptionalDuration(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "DURATION",
            CustomParser = result => Read<Duration>(result, Parsing.Duration.TryParse),
        };

    public static Option<ListenAddress> Listen(string name, ListenAddress standard, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "ADDR",
            DefaultValueFactory = _ => standard,
            CustomParser = result => Read<ListenAddress>(result, ListenAddress.TryParse),
        };

    public static Option<ServerList?> Servers(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "ADDR[,ADDR]",
            CustomParser = result => Read<ServerList>(result, ServerList.TryParse),
        };

    /// <summary>An option that is null when it was not given.</summary>
    public static Option<T?> Of<T>(string name, string helpName, string description, TryParse<T> parse) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result => Read<T>(result, parse),
        };

    /// <summary>A positive number of bytes.</summary>
    public static Option<long> Bytes(string name, long standard, string description)
    {
        var option = new Option<long>(name)
        {
            Description = description,
            HelpName = "BYTES",
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<long>() < 1)
                result.AddError($"{name} must be at least 1.");
        });
        return option;
    }

    /// <summary>Endpoints of an etcd; without a port it is 2379.</summary>
    public static Option<ServerList?> Etcd(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "ENDPOINTS",
            CustomParser = result =>
            {
                try
                {
                    return new ServerList(EtcdEndpoints.Parse(result.Tokens[0].Value));
                }
                catch (FormatException failure)
                {
                    result.AddError($"{name}: {failure.Message}");
                    return null;
                }
            },
        };

    /// <summary>A whole number within limits.</summary>
    public static Option<int> Number(string name, int standard, int least, int most, string description)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(InRange(name, least, most));
        return option;
    }

    /// <summary>Refuses whole numbers outside of the limits.</summary>
    public static Action<OptionResult> InRange(string name, int least, int most) => result =>
    {
        if (result.Errors.Any() || result.Tokens.Count == 0 || !int.TryParse(result.Tokens[0].Value, out var value))
            return;
        if (value < least || value > most)
            result.AddError($"{name} {value} is out of range: {least} to {most}.");
    };

    private static T? Read<T>(ArgumentResult result, TryParse<T> parse)
    {
        if (parse(result.Tokens[0].Value, out var value, out var error))
            return value;
        result.AddError(error);
        return default;
    }
}
