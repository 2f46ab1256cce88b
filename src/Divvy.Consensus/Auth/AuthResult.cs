namespace Divvy.Consensus.Auth;

/// <summary>The answer to an <see cref="AuthCommand"/>, and to every command whose caller may not give it.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="AuthRevision">The revision of users and roles after it.</param>
public sealed record AuthResult(AuthOutcome Outcome, long AuthRevision) : StoreResult
{
    /// <summary>The token of an <see cref="AuthenticateCommand"/> that succeeded.</summary>
    public string? Token { get; init; }
}
