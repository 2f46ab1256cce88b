using System.Text;
using Divvy.Client.Etcd;

namespace Divvy.Client.Tests.Etcd;

/// <summary>Clients as the tests want them: patient, for the machine may be slow.</summary>
internal static class TestClients
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static EtcdClient Connect(params string[] endpoints) => new(Options(endpoints));

    public static EtcdClientOptions Options(params string[] endpoints) => new()
    {
        Endpoints = EtcdEndpoints.Parse(string.Join(',', endpoints)),
        Timeout = Patience,
        BackoffMax = TimeSpan.FromMilliseconds(200),
    };

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A prefix no other test uses.</summary>
    public static string NewPrefix() => $"/t{Interlocked.Increment(ref lastPrefix)}";

    /// <summary>Awaits a task with a limit that names what was missing.</summary>
    public static async Task<T> OrTimeout<T>(this Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"did not happen within a minute: {what}");
        }
    }

    private static int lastPrefix;
}
