using Amazon;
using Amazon.Runtime;

namespace Divvy.Streams.Kinesis.Calls;

/// <summary>Where the service is, and the region that signatures name.</summary>
internal sealed record ServiceEndpoint(Uri Address, string Region)
{
    private const string ServiceName = "kinesis";
    private const string StandardRegion = "us-east-1";

    /// <summary>The value of the header <c>Host</c>, as the HTTP client writes it.</summary>
    public string Host { get; } = Address.IsDefaultPort ? Address.IdnHost : $"{Address.IdnHost}:{Address.Port}";

    /// <exception cref="ArgumentException">Neither an endpoint nor a region is known.</exception>
    public static ServiceEndpoint Resolve(Uri? endpoint, string? region)
    {
        region ??= Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION")
            ?? FallbackRegionFactory.GetRegionEndpoint(false)?.SystemName;
        if (endpoint is not null)
            return new ServiceEndpoint(new Uri(endpoint.GetLeftPart(UriPartial.Authority)), region ?? StandardRegion);
        if (region is null)
        {
            throw new ArgumentException(
                "the Kinesis client knows neither an endpoint nor a region: set one in its options, or AWS_REGION");
        }
        var suffix = RegionEndpoint.GetBySystemName(region).PartitionDnsSuffix;
        return new ServiceEndpoint(new Uri($"https://{ServiceName}.{region}.{suffix}"), region);
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
