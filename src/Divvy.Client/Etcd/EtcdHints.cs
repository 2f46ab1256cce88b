using Divvy.Rpc;

namespace Divvy.Client.Etcd;

/// <summary>What a person can do about an answer of the store.</summary>
internal static class EtcdHints
{
    private static readonly (string Text, string Hint)[] byText =
    [
        ("database space exceeded", "compact and defragment the store, then run: etcdctl alarm disarm"),
        ("required revision has been compacted", "read the range anew and continue from its revision"),
        ("authentication failed", "check the user and the password"),
        ("permission denied", "grant the user a role for these keys: etcdctl role grant-permission"),
        ("user name is empty", "the store requires a user and a password"),
        ("requested lease not found", "the lease expired or was revoked: grant a new one"),
        ("too many operations", $"split the transaction: at most {EtcdTxn.MaxOperations} operations"),
        ("duplicate key given", "write each key once in a transaction"),
        ("request is too large", "keep requests below the store's limit (etcd: 1.5 MiB)"),
    ];

    public static string For(RpcException failure)
    {
        foreach (var (text, hint) in byText)
        {
            if (failure.Detail.Contains(text, StringComparison.Ordinal))
                return hint;
        }
        return "";
    }
}
