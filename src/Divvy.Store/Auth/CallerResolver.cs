using System.Security.Cryptography.X509Certificates;
using Divvy.Consensus;
using Divvy.Consensus.Auth;
using Divvy.Rpc;
using Divvy.Store.Services;

namespace Divvy.Store.Auth;

/// <summary>Finds out on whose behalf a call is made: by the token in its metadata, else by the name in the client's
/// certificate where these are required. As in etcd, a token is looked at even while authentication is off.</summary>
/// <param name="node">The member.</param>
/// <param name="tokens">The tokens it knows.</param>
/// <param name="trustsCertificates">The listener checks client certificates, so their common names are users.</param>
internal sealed class CallerResolver(IAuthNode node, TokenBook tokens, bool trustsCertificates)
{
    /// <summary>How often a request is tried anew because users or roles changed while it was under way.</summary>
    public const int MaxAttempts = 8;

    private const string CommonName = "2.5.4.3";

    /// <summary>Every call is the process's own and may do everything, as nobody else reaches these methods. Default
    /// no.</summary>
    public bool IsInternal { get; init; }

    /// <summary>The caller, or null for one who does not say.
    /// <exception cref="RpcException">Unauthenticated: the token is not known, or not any more.</exception></summary>
    public ValueTask<Caller?> ResolveAsync(RpcServerContext context)
    {
        if (IsInternal)
            return ValueTask.FromResult<Caller?>(Caller.Internal);
        if ((context.FindMetadata("token") ?? context.FindMetadata("authorization")) is { } token)
            return ByTokenAsync(token, context.CancellationToken);
        return ValueTask.FromResult(trustsCertificates ? ByCertificate(context) : null);
    }

    /// <summary>Proposes a command for whoever makes a call.
    /// <exception cref="RpcException">The caller is not known, or may not do this.</exception></summary>
    public ValueTask<StoreResult> ProposeAsync(StoreCommand command, RpcServerContext context) => RunAsync(
        static (caller, at) => at.node.ProposeAsync(at.command, caller, at.CancellationToken),
        (node, command, context.CancellationToken),
        context);

    /// <summary>Does something for whoever makes a call, anew while users and roles change meanwhile. What is done
    /// checks that this caller may, and answers an <see cref="AuthResult"/> if not.
    /// <exception cref="RpcException">The caller is not known, or may not do this.</exception></summary>
    public async ValueTask<StoreResult> RunAsync<TState>(
        Func<Caller?, TState, ValueTask<StoreResult>> run, TState state, RpcServerContext context)
    {
        for (var attempt = 1; ; attempt++)
        {
            var caller = await ResolveAsync(context).ConfigureAwait(false);
            var result = await run(caller, state).ConfigureAwait(false);
            if (result is not AuthResult answer)
                return result;
            if (answer.Outcome == AuthOutcome.OldRevision && attempt < MaxAttempts)
                continue;
            EtcdErrors.ThrowIfRefused(answer.Outcome);
            return result;
        }
    }

    /// <summary>Asks whether whoever makes a call may do something.
    /// <exception cref="RpcException">The caller is not known.</exception></summary>
    public async ValueTask<AuthOutcome> AskAsync<TState>(
        Func<Authorizer, Caller?, TState, AuthOutcome> check, TState state, RpcServerContext context)
    {
        for (var attempt = 1; ; attempt++)
        {
            var caller = await ResolveAsync(context).ConfigureAwait(false);
            var outcome = node.ReadAuth((_, rights) => check(rights, caller, state));
            if (outcome != AuthOutcome.OldRevision || attempt == MaxAttempts)
                return outcome;
        }
    }

    /// <summary>Checks that a call is made for the role <c>root</c>, or that authentication is off.
    /// <exception cref="RpcException">The caller is not known, or does not have it.</exception></summary>
    public async ValueTask CheckRootAsync(RpcServerContext context) => EtcdErrors.ThrowIfRefused(
        await AskAsync(static (rights, caller, _) => rights.AuthorizeRoot(caller), 0, context).ConfigureAwait(false));

    private async ValueTask<Caller?> ByTokenAsync(string token, CancellationToken cancellationToken)
    {
        // The revision first: if users change in between, the caller is older than they are, and refused.
        var revision = node.AuthRevision;
        if (tokens.Use(token) is { } user)
            return new Caller(user, revision);
        // Another member may have given it out, in an entry that is still on its way here.
        if (TokenBook.IndexOf(token) > node.AppliedIndex)
        {
            await node.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
            revision = node.AuthRevision;
            if (tokens.Use(token) is { } late)
                return new Caller(late, revision);
        }
        throw EtcdErrors.InvalidToken();
    }

    private Caller? ByCertificate(RpcServerContext context)
    {
        // etcd's JSON gateway calls with a certificate of its own, which says nothing about its client.
        if (context.ClientCertificate is not { } certificate
            || context.FindMetadata("grpcgateway-accept") is not null)
        {
            return null;
        }
        var name = NameIn(certificate);
        return string.IsNullOrEmpty(name) ? null : new Caller(name, node.AuthRevision);
    }

    private static string? NameIn(X509Certificate2 certificate)
    {
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
                return part.GetSingleElementValue();
        }
        return null;
    }
}
