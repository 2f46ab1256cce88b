using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace Divvy.Streams.Kinesis.Signing;

/// <summary>The credentials to sign with: those that were given, or those of the SDK's default chain, looked for at the
/// first call. Thread-safe.</summary>
internal sealed class CredentialSource
{
    private readonly bool isChosenHere;
    private volatile AWSCredentials? source;

    public CredentialSource(AWSCredentials? given)
    {
        source = given;
        isChosenHere = given is null;
    }

    /// <exception cref="KinesisException">There are none, or they could not be fetched.</exception>
    public async ValueTask<ImmutableCredentials> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            var current = source ??= await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(null)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            return await current.GetCredentialsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new KinesisException(
                $"no AWS credentials: {failure.Message} Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a "
                + "profile by AWS_PROFILE, or give credentials in the client's options.",
                "CredentialsMissing",
                failure);
        }
    }

    /// <summary>The service said that these are too old: forgets what is kept of them.</summary>
    /// <returns>Whether there are others now.</returns>
    public async ValueTask<bool> RefreshAsync(ImmutableCredentials expired, CancellationToken cancellationToken)
    {
        if (source is RefreshingAWSCredentials refreshing)
            refreshing.ClearCredentials();
        else if (isChosenHere)
            source = null;
        var now = await GetAsync(cancellationToken).ConfigureAwait(false);
        return now.AccessKey != expired.AccessKey || now.Token != expired.Token;
    }
}
