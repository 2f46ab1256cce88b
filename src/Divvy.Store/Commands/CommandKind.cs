namespace Divvy.Store.Commands;

/// <summary>What a command in the log is. The numbers are on disk: never give one another meaning.</summary>
internal enum CommandKind : byte
{
    Put = 1,
    DeleteRange = 2,
    Txn = 3,
    Range = 4,
    Compact = 5,
    LeaseGrant = 6,
    LeaseRevoke = 7,
    LeaseCheckpoint = 8,
    Alarm = 16,
    MemberPublish = 17,
    MemberUpdate = 18,
    AuthEnable = 32,
    AuthDisable = 33,
    Authenticate = 34,
    UserAdd = 35,
    UserDelete = 36,
    UserChangePassword = 37,
    UserGrantRole = 38,
    UserRevokeRole = 39,
    RoleAdd = 40,
    RoleDelete = 41,
    RoleGrantPermission = 42,
    RoleRevokePermission = 43,
}
