using Divvy.Store.Tests.Conformance;
using Divvy.TestKit.Etcd;

namespace Divvy.Store.Tests.Etcdctl;

/// <summary>Users and roles by etcd's own command line.</summary>
public abstract class AuthConformance<TServer> : ControlTests<TServer>
    where TServer : IStoreServer, new()
{
    private const string Root = "--user=root:secret";
    private const string Alice = "--user=alice:wonder";

    [EtcdFact]
    public async Task UsersAndRoles_AreMadeListedAndTakenAway()
    {
        (await RunAsync("user", "add", "alice:wonder")).ShouldBe("User alice created");
        (await RunAsync("user", "add", "door", "--no-password")).ShouldBe("User door created");
        (await RunAsync("role", "add", "reader")).ShouldBe("Role reader created");
        (await RunAsync("role", "grant-permission", "reader", "read", "a/", "--prefix"))
            .ShouldBe("Role reader updated");
        (await RunAsync("role", "grant-permission", "reader", "readwrite", "z", "--from-key"))
            .ShouldBe("Role reader updated");
        (await RunAsync("user", "grant-role", "alice", "reader")).ShouldBe("Role reader is granted to user alice");

        (await RunAsync("user", "list")).ShouldBe("alice\ndoor");
        (await RunAsync("role", "list")).ShouldBe("reader");
        (await RunAsync("role", "get", "reader")).ShouldBe(
            "Role reader\nKV Read:\n\t[a/, a0) (prefix a/)\n\t[z, <open ended>\nKV Write:\n\t[z, <open ended>");
        (await RunAsync("user", "get", "alice")).ShouldBe("User: alice\nRoles: reader");

        await RunAsync("role", "revoke-permission", "reader", "a/", "--prefix");
        (await RunAsync("role", "get", "reader")).ShouldNotContain("prefix");
        (await RunAsync("user", "revoke-role", "alice", "reader")).ShouldBe("Role reader is revoked from user alice");
        (await RunAsync("role", "delete", "reader")).ShouldBe("Role reader deleted");
        (await RunAsync("user", "delete", "door")).ShouldBe("User door deleted");
        (await RefusedAsync("user", "delete", "door")).ShouldContain("etcdserver: user name not found");
    }

    [EtcdFact]
    public async Task Enabled_EveryoneDoesWhatTheyMay()
    {
        await RunAsync("user", "add", "root:secret");
        await RunAsync("user", "add", "alice:wonder");
        await RunAsync("role", "add", "writer");
        await RunAsync("role", "grant-permission", "writer", "readwrite", "a/", "--prefix");
        await RunAsync("user", "grant-role", "alice", "writer");
        // etcdctl makes the role root, and grants it, where these are missing.
        (await RunAsync("auth", "enable")).ShouldEndWith("Authentication Enabled");

        (await RunAsync(Alice, "put", "a/1", "x")).ShouldBe("OK");
        (await RunAsync(Alice, "get", "--prefix", "a/")).ShouldBe("a/1\nx");
        (await RunAsync(Alice, "user", "get", "alice")).ShouldBe("User: alice\nRoles: writer");
        (await RefusedAsync(Alice, "get", "b")).ShouldContain("etcdserver: permission denied");
        (await RefusedAsync(Alice, "user", "list")).ShouldContain("etcdserver: permission denied");
        (await RefusedAsync("get", "a/1")).ShouldContain("etcdserver: user name is empty");
        (await RefusedAsync("--user=alice:wrong", "get", "a/1")).ShouldContain(
            "etcdserver: authentication failed, invalid user ID or password");
        (await RunAsync(Root, "role", "list")).ShouldBe("root\nwriter");
        (await RunAsync(Root, "endpoint", "health")).ShouldContain("is healthy");

        (await RunAsync(Root, "auth", "disable")).ShouldBe("Authentication Disabled");
        (await RunAsync("get", "a/1", "--print-value-only")).ShouldBe("x");
    }
}
