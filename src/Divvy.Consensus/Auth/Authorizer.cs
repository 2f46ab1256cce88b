using Divvy.Consensus.Mvcc;

namespace Divvy.Consensus.Auth;

/// <summary>
/// Says whether a caller may give a command. It is asked where commands are applied, so that rights count as they are
/// at that place in the log, and under the owner's lock for what is read outside the log.
/// <para>The rules are etcd's: reading keys needs read permission on the whole range; writing and deleting need write
/// permission, and returning what was there needs read permission too; a transaction needs all that its compares and
/// both branches need, whichever is taken; a lease that is revoked, or that a key is attached to, must not hold keys
/// which the caller may not write, as they would be deleted; users and roles are for the role <c>root</c>.</para>
/// <para>It is stricter than etcd 3.4.23 where that forgot to look: nested transactions, and previous records and
/// leases of puts inside transactions, are checked like those outside; compaction, granting and revoking leases need a
/// known user; the keys of a lease are shown to those who may read them; alarms are for the role <c>root</c>.</para>
/// </summary>
public sealed class Authorizer(AuthStore auth, MvccStore store)
{
    /// <summary>Whether the caller may give this command now.</summary>
    public AuthOutcome Authorize(Caller? caller, StoreCommand command)
    {
        if (!auth.IsEnabled || caller is { IsInternal: true })
            return AuthOutcome.Ok;
        return command switch
        {
            MvccOperation operation => Operation(caller, operation),
            LeaseRevokeCommand revoke => First(KnownUser(caller), LeaseKeys(caller, revoke.Id)),
            LeaseGrantCommand or CompactCommand => KnownUser(caller),
            // Whoever has the password may ask; that it is right was checked before.
            AuthenticateCommand => AuthOutcome.Ok,
            _ => Root(caller),
        };
    }

    /// <summary>Whether the caller may read these keys: for ranges and watches outside the log.</summary>
    public AuthOutcome AuthorizeRead(Caller? caller, KeyRange keys) => Keys(caller, keys, write: false);

    /// <summary>Whether the caller may see all of these keys, which a lease holds.</summary>
    public AuthOutcome AuthorizeRead(Caller? caller, IEnumerable<byte[]> keys)
    {
        foreach (var key in keys)
        {
            var outcome = Keys(caller, KeyRange.Single(key), write: false);
            if (outcome != AuthOutcome.Ok)
                return outcome;
        }
        return AuthOutcome.Ok;
    }

    /// <summary>Whether the caller may do what is for the role <c>root</c> only.</summary>
    public AuthOutcome AuthorizeRoot(Caller? caller) => Root(caller);

    /// <summary>Whether the caller may see a user: themselves, or anyone for the role <c>root</c>.</summary>
    public AuthOutcome AuthorizeUserGet(Caller? caller, string user)
    {
        var outcome = Root(caller);
        return caller is not null && caller.User == user ? AuthOutcome.Ok : outcome;
    }

    /// <summary>Whether the caller may see a role: one of their own, or any for the role <c>root</c>.</summary>
    public AuthOutcome AuthorizeRoleGet(Caller? caller, string role)
    {
        var outcome = Root(caller);
        return caller is not null && auth.FindUser(caller.User)?.HasRole(role) == true ? AuthOutcome.Ok : outcome;
    }

    private AuthOutcome Operation(Caller? caller, MvccOperation operation) => operation switch
    {
        RangeOperation range => Keys(caller, range.Keys, write: false),
        PutOperation put => Put(caller, put),
        DeleteRangeOperation delete => First(
            Keys(caller, delete.Keys, write: true),
            delete.PreviousRecords ? Keys(caller, delete.Keys, write: false) : AuthOutcome.Ok),
        TxnOperation txn => Txn(caller, txn),
        // Refused by its shape before it can do anything.
        _ => AuthOutcome.Ok,
    };

    private AuthOutcome Put(Caller? caller, PutOperation put)
    {
        var key = KeyRange.Single(put.Key);
        var outcome = First(Keys(caller, key, write: true), LeaseKeys(caller, put.Lease));
        return outcome == AuthOutcome.Ok && put.PreviousRecord ? Keys(caller, key, write: false) : outcome;
    }

    private AuthOutcome Txn(Caller? caller, TxnOperation txn)
    {
        // One that names no key at all still needs somebody who asks.
        var outcome = KnownUser(caller);
        foreach (var compare in txn.Compares)
            outcome = First(outcome, Keys(caller, compare.Keys, write: false));
        foreach (var operation in txn.Success.Concat(txn.Failure))
        {
            if (outcome != AuthOutcome.Ok)
                break;
            outcome = Operation(caller, operation);
        }
        return outcome;
    }

    private AuthOutcome LeaseKeys(Caller? caller, long lease)
    {
        if (!auth.IsEnabled || caller is { } known && auth.IsRoot(known.User))
            return AuthOutcome.Ok;
        if (store.FindLease(lease) is not { } found)
            return AuthOutcome.Ok;
        foreach (var key in found.Keys)
        {
            var outcome = Keys(caller, KeyRange.Single(key), write: true);
            if (outcome != AuthOutcome.Ok)
                return outcome;
        }
        return AuthOutcome.Ok;
    }

    private AuthOutcome Keys(Caller? caller, KeyRange keys, bool write)
    {
        var outcome = KnownUser(caller);
        if (outcome != AuthOutcome.Ok || !auth.IsEnabled || caller!.IsInternal)
            return outcome;
        var user = auth.FindUser(caller.User)!;
        if (user.HasRole(AuthUser.Root))
            return AuthOutcome.Ok;
        var rights = auth.RightsOf(user);
        return (write ? rights.MayWrite(keys) : rights.MayRead(keys)) ? AuthOutcome.Ok : AuthOutcome.PermissionDenied;
    }

    private AuthOutcome KnownUser(Caller? caller)
    {
        if (!auth.IsEnabled || caller is { IsInternal: true })
            return AuthOutcome.Ok;
        if (caller is null)
            return AuthOutcome.UserNameEmpty;
        if (caller.AuthRevision < auth.Revision)
            return AuthOutcome.OldRevision;
        return auth.FindUser(caller.User) is null ? AuthOutcome.PermissionDenied : AuthOutcome.Ok;
    }

    private AuthOutcome Root(Caller? caller)
    {
        if (!auth.IsEnabled || caller is { IsInternal: true })
            return AuthOutcome.Ok;
        if (caller is null)
            return AuthOutcome.UserNameEmpty;
        if (auth.FindUser(caller.User) is null)
            return AuthOutcome.UserNotFound;
        return auth.IsRoot(caller.User) ? AuthOutcome.Ok : AuthOutcome.PermissionDenied;
    }

    private static AuthOutcome First(AuthOutcome one, AuthOutcome other) => one != AuthOutcome.Ok ? one : other;
}
