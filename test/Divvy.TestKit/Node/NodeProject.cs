namespace Divvy.TestKit.Node;

/// <summary>A JavaScript project of the tests. Its packages are installed at first use.</summary>
public sealed class NodeProject
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);

    private readonly Lazy<Task<string>> installed;

    /// <param name="folder">Its folder, below one that the tests are in, for example <c>node</c>.</param>
    public NodeProject(string folder) => installed = new(() => InstallAsync(folder));

    /// <summary>Starts a script of the project.</summary>
    public async Task<ChildProcess> StartAsync(string script, params string[] arguments)
    {
        var directory = await installed.Value.ConfigureAwait(false);
        return ChildProcess.Start("node", [Path.Combine(directory, script), .. arguments], null, directory);
    }

    private static async Task<string> InstallAsync(string folder)
    {
        var directory = Find(folder);
        // Several test processes may start at once; npm may not.
        await using var only = await LockAsync(Path.Combine(directory, "node_modules.lock"));
        var wanted = Path.Combine(directory, "package-lock.json");
        var present = Path.Combine(directory, "node_modules", ".package-lock.json");
        if (File.Exists(present) && File.GetLastWriteTimeUtc(present) >= File.GetLastWriteTimeUtc(wanted))
            return directory;
        await using var npm = ChildProcess.Start("npm", ["ci", "--no-audit", "--no-fund"], null, directory);
        var code = await npm.WaitForExitAsync(InstallLimit);
        return code == 0 ? directory : throw new InvalidOperationException($"npm ci ended with {code}. {npm.Tail()}");
    }

    private static string Find(string folder)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var candidate = Path.Combine(at.FullName, folder);
            if (File.Exists(Path.Combine(candidate, "package.json")))
                return candidate;
        }

        throw new DirectoryNotFoundException(
            $"no folder '{folder}' with a package.json above {AppContext.BaseDirectory}");
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        using var limit = new CancellationTokenSource(InstallLimit);
        while (true)
        {
            try
            {
                return new FileStream(
                    path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (!limit.IsCancellationRequested)
            {
                await Task.Delay(100);
            }
        }
    }
}
