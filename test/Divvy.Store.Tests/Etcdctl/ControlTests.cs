using Divvy.Store.Tests.Conformance;
using Divvy.TestKit;
using Divvy.TestKit.Etcd;

namespace Divvy.Store.Tests.Etcdctl;

/// <summary>etcd's own command line against a store of each test's own.</summary>
public abstract class ControlTests<TServer> : IAsyncLifetime
    where TServer : IStoreServer, new()
{
    private static readonly Dictionary<string, string?> environment = new() { ["ETCDCTL_API"] = "3" };

    protected TServer Server { get; } = new();

    protected string Endpoints => string.Join(',', Server.Members.Select(member => member.Endpoint));

    public Task InitializeAsync() => Server.InitializeAsync();

    public Task DisposeAsync() => Server.DisposeAsync();

    protected Task<string> RunAsync(params string[] arguments) => RunAtAsync(Endpoints, arguments);

    protected static Task<string> RunAtAsync(string endpoints, params string[] arguments) =>
        ChildProcess.RunAsync(EtcdBinary.Control!, [$"--endpoints={endpoints}", .. arguments], environment);

    /// <summary>Runs it in a shell, with something on its standard input.</summary>
    protected Task<string> RunWithInputAsync(string input, string command) => ChildProcess.RunAsync(
        "/bin/sh", ["-c", $"printf '{input}' | {EtcdBinary.Control} --endpoints={Endpoints} {command}"], environment);

    protected ChildProcess Start(params string[] arguments) =>
        ChildProcess.Start(EtcdBinary.Control!, [$"--endpoints={Endpoints}", .. arguments], environment);

    /// <summary>What it says when it fails.</summary>
    protected async Task<string> RefusedAsync(params string[] arguments) =>
        (await Should.ThrowAsync<InvalidOperationException>(() => RunAsync(arguments))).Message;
}
