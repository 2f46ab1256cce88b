using Divvy.Cli.Output;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Streams.Emulation;

/// <summary>The emulators' script and their packages, installed once into a folder. They are carried in this program,
/// the versions locked with their checksums.</summary>
internal static class EmulatorFiles
{
    public const string Script = "emulators.js";
    private const string Lock = "package-lock.json";

    /// <summary>Where they are unless told otherwise.</summary>
    public static string DefaultDirectory => Path.Combine(
        Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "divvy",
        "emulators");

    /// <summary>Writes the files and lets npm fetch the packages, if they are not there.</summary>
    /// <exception cref="CommandException">The folder cannot be written, or npm fails.</exception>
    public static async Task InstallAsync(string directory, string npm, TextWriter progress, CancellationToken stop)
    {
        try
        {
            Directory.CreateDirectory(directory);
            var isNewLock = Write(directory, Lock) | Write(directory, "package.json");
            Write(directory, Script);
            var installed = Path.Combine(directory, "node_modules", ".package-lock.json");
            if (!isNewLock && File.Exists(installed))
                return;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"cannot write the emulators to {directory}: {failure.Message}; choose another by --directory",
                failure);
        }
        await progress.WriteLineAsync($"installing kinesalite and dynalite into {directory} (npm ci)");
        await using var install = ChildProcess.Start(
            "npm", npm, ["ci", "--prefix", directory, "--no-audit", "--no-fund", "--loglevel=error"]);
        var code = await install.Exited.WaitAsync(stop);
        if (code != 0)
        {
            // What is half installed must not be taken for installed.
            File.Delete(Path.Combine(directory, "node_modules", ".package-lock.json"));
            throw new CommandException(
                ExitCode.Failed,
                $"npm could not install the emulators into {directory} (exit code {code}): {install.Tail}");
        }
    }

    /// <summary>Whether the file was not there as it should be.</summary>
    private static bool Write(string directory, string name)
    {
        using var reader = new StreamReader(
            typeof(EmulatorFiles).Assembly.GetManifestResourceStream($"emulators/{name}")
            ?? throw new InvalidOperationException($"the program does not carry emulators/{name}"));
        var text = reader.ReadToEnd();
        var path = Path.Combine(directory, name);
        if (File.Exists(path) && File.ReadAllText(path) == text)
            return false;
        File.WriteAllText(path, text);
        return true;
    }
}
