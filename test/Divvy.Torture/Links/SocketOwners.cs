using System.Globalization;

namespace Divvy.Torture.Links;

/// <summary>Says which process has connected: everything on loopback comes from one address, so the kernel is asked whose
/// socket has the source port (/proc/net/tcp, then the descriptors of the processes in question).</summary>
public static class SocketOwners
{
    private const int LocalColumn = 1;
    private const int RemoteColumn = 2;
    private const int InodeColumn = 9;

    /// <summary>A socket for both families, as .NET's are, is in the second one even when it speaks IPv4.</summary>
    private static readonly string[] tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>The first of the processes that holds the near end of a connection; null: none of them does.</summary>
    /// <param name="sourcePort">The port it comes from.</param>
    /// <param name="targetPort">The port it goes to.</param>
    /// <param name="processes">The processes in question.</param>
    public static int? Find(int sourcePort, int targetPort, IEnumerable<int> processes)
    {
        if (Inode(sourcePort, targetPort) is not { } inode)
            return null;
        var link = $"socket:[{inode}]";
        foreach (var process in processes)
        {
            if (Holds(process, link))
                return process;
        }

        return null;
    }

    private static string? Inode(int sourcePort, int targetPort)
    {
        var (source, target) = (Port(sourcePort), Port(targetPort));
        foreach (var line in tables.SelectMany(table => File.ReadLines(table).Skip(1)))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns[LocalColumn].EndsWith(source, StringComparison.Ordinal)
                && columns[RemoteColumn].EndsWith(target, StringComparison.Ordinal))
            {
                return columns[InodeColumn];
            }
        }

        return null;
    }

    private static bool Holds(int process, string link)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{process}/fd").Any(file => IsLink(file, link));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsLink(string file, string link)
    {
        try
        {
            return new FileInfo(file).LinkTarget == link;
        }
        catch (IOException)
        {
            // Closed since the directory was read.
            return false;
        }
    }

    private static string Port(int port) => ":" + port.ToString("X4", CultureInfo.InvariantCulture);
}
