namespace Divvy.Client.Hosting;

/// <summary>The client for requests between instances: what comes is passed on as it is, so nothing is followed,
/// unpacked or remembered.</summary>
internal static class PeerClient
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    public static HttpMessageInvoker Create(ShardHostOptions options) =>
        options.PeerHandler is { } shared
            ? new HttpMessageInvoker(shared, disposeHandler: false)
            : new HttpMessageInvoker(
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    UseProxy = false,
                    AutomaticDecompression = System.Net.DecompressionMethods.None,
                    ActivityHeadersPropagator = null,
                    ConnectTimeout = ConnectTimeout,
                },
                disposeHandler: true);
}
