namespace Divvy.Consensus.Auth;

/// <summary>How a request about users and roles ended, or what rights say about any request. Every value but
/// <see cref="Ok"/> left the state as it was. The same log gives the same outcomes on every member.</summary>
public enum AuthOutcome
{
    Ok,

    NotEnabled,

    /// <summary>Enabling needs a user <c>root</c>.</summary>
    RootUserMissing,

    /// <summary>Enabling needs the user <c>root</c> to have the role <c>root</c>.</summary>
    RootRoleMissing,

    /// <summary>A user without a name; for any other request, a client that did not say who it is.</summary>
    UserNameEmpty,

    UserExists,

    UserNotFound,

    RoleNameEmpty,

    RoleExists,

    RoleNotFound,

    /// <summary>The user does not have the role that is to be taken away.</summary>
    RoleNotGranted,

    /// <summary>The role does not have the permission that is to be taken away.</summary>
    PermissionNotGranted,

    /// <summary>A request to grant a permission that names none.</summary>
    PermissionNotGiven,

    /// <summary>It would take away the user or the role <c>root</c> while authentication is on.</summary>
    InvalidManagement,

    /// <summary>Unknown user or wrong password.</summary>
    AuthenticationFailed,

    /// <summary>The user can only be recognised by a certificate.</summary>
    PasswordOfUserWithout,

    PermissionDenied,

    /// <summary>Users or roles have changed since the caller was established.</summary>
    OldRevision,
}
