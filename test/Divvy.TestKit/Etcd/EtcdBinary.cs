namespace Divvy.TestKit.Etcd;

/// <summary>Where the real etcd is, if it is installed.</summary>
public static class EtcdBinary
{
    /// <summary>Path of <c>etcd</c>, or null.</summary>
    public static string? Server { get; } = Find("etcd");

    /// <summary>Path of <c>etcdctl</c>, or null.</summary>
    public static string? Control { get; } = Find("etcdctl");

    /// <summary>Why tests that need etcd are skipped, or null if they are not.</summary>
    public static string? SkipReason { get; } = Server is not null && Control is not null
        ? null
        : "NOT TESTED AGAINST A REAL ETCD: etcd and etcdctl are not on the PATH"
            + " (Debian: apt-get install etcd-server etcd-client)";

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Append("/usr/bin").Where(directory => directory.Length > 0)
            .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
}
