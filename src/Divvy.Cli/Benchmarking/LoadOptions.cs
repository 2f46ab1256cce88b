using System.CommandLine;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;

namespace Divvy.Cli.Benchmarking;

/// <summary>Options that several benchmarks share, each with its own defaults: sizes, keys, rates.</summary>
internal static class LoadOptions
{
    /// <summary>etcd's own limit of a request is 1.5 MiB unless it was told otherwise.</summary>
    private const int LargestValue = 64 * 1024 * 1024;

    private const int LargestKey = 64 * 1024;

    public static Option<int> KeySize(int standard) => TypedOption.Number(
        "--key-size", standard, 1, LargestKey, "Octets of each key: a number as a varint, then zeros.");

    public static Option<int> ValueSize(int standard) => TypedOption.Number(
        "--val-size", standard, 0, LargestValue, "Octets of each value, random, the same in all requests.");

    public static Option<int> KeySpaceSize() => TypedOption.Number(
        "--key-space-size", 1, 1, int.MaxValue, "Different keys.");

    public static Option<bool> SequentialKeys() =>
        new("--sequential-keys") { Description = "Take the keys one after the other, not at random." };

    public static Option<int> Total(string description = "Requests.") =>
        TypedOption.Number("--total", 10_000, 1, int.MaxValue, description);

    public static Option<int> Rate() => TypedOption.Number(
        "--rate", 0, 0, 10_000_000, "Requests a second at most, of all clients together; 0: as fast as they come.");

    public static Pacer? PacerOf(int rate) => rate == 0 ? null : new Pacer(rate);

    public static byte[] RandomValue(int size)
    {
        var value = new byte[size];
        Random.Shared.NextBytes(value);
        return value;
    }

    /// <summary>Turns what contradicts itself into a usage error.</summary>
    public static T Checked<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException failure)
        {
            throw new CommandException(ExitCode.Usage, failure.Message, failure);
        }
    }
}
