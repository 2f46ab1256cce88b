namespace Divvy.TestKit;

/// <summary>A fresh directory under the system's temporary one, removed on disposal.</summary>
public sealed class TempDirectory : IDisposable
{
    public TempDirectory(string name = "test") => Path = Directory.CreateTempSubdirectory($"divvy-{name}-").FullName;

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A killed process may still be closing a file in it; the system cleans its temporary directory.
        }
    }
}
