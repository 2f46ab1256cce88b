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

    /// <summary>The caller, or null for one who does not say.
    /// <exception cref="RpcException">Unauthenticated: the token is not known, or not any more.</exception></summary>
    public ValueTask<Caller?> ResolveAsync(RpcServerContext context)
    {
        var metadata = context.RequestMetadata;
        if ((metadata.Get("token") ?? metadata.Get("authorization")) is { } token)
            return ByTokenAsync(token, context.CancellationToken);
        return ValueTask.FromResult(trustsCertificates ? ByCertificate(context) : null);
    }

    /// <summary>Proposes a command for whoever makes a call.
    /// <exception cref="RpcException">The caller is not known, or may not do this.</exception></summary>
    public async ValueTask<StoreResult> ProposeAsync(StoreCommand command, RpcServerContext context)
    {
        for (var attempt = 1; ; attempt++)
        {
            var caller = await ResolveAsync(context).ConfigureAwait(false);
            var result = await node.ProposeAsync(command, caller, context.CancellationToken).ConfigureAwait(false);
            if (!IsOld(result, attempt))
                return Accepted(result);
        }
    }

    /// <summary>Reads for whoever makes a call; what is read checks that this caller may, as
    /// <see cref="IAuthNode.ProposeAsync"/> does.
    /// <exception cref="RpcException">The caller is not known, or may not do this.</exception></summary>
    public async ValueTask<StoreResult> ReadAsync(Func<Caller?, StoreResult> read, RpcServerContext context)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = read(await ResolveAsync(context).ConfigureAwait(false));
            if (!IsOld(result, attempt))
                return Accepted(result);
        }
    }

    /// <summary>Checks that whoever makes a call may do something.
    /// <exception cref="RpcException">The caller is not known, or may not.</exception></summary>
    public async ValueTask CheckAsync(Func<Authorizer, Caller?, AuthOutcome> check, RpcServerContext context) =>
        await ReadAsync(
            caller => node.ReadAuth((auth, rights) => new AuthResult(check(rights, caller), auth.Revision)),
            context).ConfigureAwait(false);

    /// <summary>Checks that a call is made for the role <c>root</c>, or that authentication is off.
    /// <exception cref="RpcException">The caller is not known, or does not have it.</exception></summary>
    public ValueTask CheckRootAsync(RpcServerContext context) =>
        CheckAsync(static (rights, caller) => rights.AuthorizeRoot(caller), context);

    private static bool IsOld(StoreResult result, int attempt) =>
        attempt < MaxAttempts && result is AuthResult { Outcome: AuthOutcome.OldRevision };

    private static StoreResult Accepted(StoreResult result)
    {
        if (result is AuthResult answer)
            EtcdErrors.ThrowIfRefused(answer.Outcome);
        return result;
    }

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
            || context.RequestMetadata.Get("grpcgateway-accept") is not null)
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
