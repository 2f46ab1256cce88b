using Divvy.Consensus;
using Divvy.Consensus.Auth;

namespace Divvy.Store.Auth;

/// <summary>What recognising callers and answering for users and roles needs of a member. Thread-safe.</summary>
internal interface IAuthNode
{
    /// <summary><see cref="AuthStore.Revision"/> as of the last command applied here.</summary>
    long AuthRevision { get; }

    /// <summary>Index of the last entry applied here.</summary>
    long AppliedIndex { get; }

    /// <summary>Proposes a command on somebody's behalf and waits until it was applied here, or refused: an
    /// <see cref="AuthResult"/> says that the caller may not.</summary>
    ValueTask<StoreResult> ProposeAsync(StoreCommand command, Caller? caller, CancellationToken cancellationToken);

    /// <summary>Completes when everything that was acknowledged before the call is applied here.</summary>
    ValueTask ReadBarrierAsync(CancellationToken cancellationToken);

    /// <summary>Reads users and roles, under the lock that applying takes too.</summary>
    TResult ReadAuth<TResult>(Func<AuthStore, Authorizer, TResult> read);
}
