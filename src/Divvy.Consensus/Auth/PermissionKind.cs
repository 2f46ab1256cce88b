namespace Divvy.Consensus.Auth;

/// <summary>What a permission allows; the numbers are those of etcd's API.</summary>
public enum PermissionKind
{
    Read = 0,
    Write = 1,
    ReadWrite = 2,
}
