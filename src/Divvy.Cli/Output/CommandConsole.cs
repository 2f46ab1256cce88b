using System.Text.Json;
using System.Text.Json.Serialization;

namespace Divvy.Cli.Output;

/// <summary>Where a command reads its surroundings and writes its results: replaced as a whole in tests.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Errors and progress.</param>
/// <param name="IsInteractive">Whether a person watches: live tables and progress bars instead of lines.</param>
/// <param name="Variable">Reads an environment variable.</param>
/// <param name="IsErrorInteractive">Whether a person watches the standard error, wherever the results go.</param>
internal sealed record CommandConsole(
    TextWriter Output,
    TextWriter Error,
    bool IsInteractive,
    Func<string, string?> Variable,
    bool IsErrorInteractive = false)
{
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The process's own.</summary>
    public static CommandConsole System() => new(
        Console.Out,
        Console.Error,
        !Console.IsOutputRedirected && !Console.IsErrorRedirected && Console.WindowWidth > 0,
        Environment.GetEnvironmentVariable,
        IsErrorInteractive: !Console.IsErrorRedirected);

    public void WriteJson<T>(T value) => Output.WriteLine(JsonSerializer.Serialize(value, json));

    /// <summary>The same into a file.</summary>
    public static void WriteJson<T>(string path, T value) =>
        File.WriteAllText(path, JsonSerializer.Serialize(value, json));
}
