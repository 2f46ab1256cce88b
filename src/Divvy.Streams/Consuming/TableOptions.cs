using Amazon.Runtime;

namespace Divvy.Streams.Consuming;

/// <summary>The lease table in DynamoDB, when leases are kept there.</summary>
public sealed class TableOptions
{
    /// <summary>Where DynamoDB listens, such as <c>http://127.0.0.1:4568</c>. Default null: the region's.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The region. Default null: that of Kinesis, or what the environment says.</summary>
    public string? Region { get; set; }

    /// <summary>Who asks. Default null: whoever asks Kinesis, or the default chain.</summary>
    public AWSCredentials? Credentials { get; set; }

    /// <summary>After how long without a sign a worker's leases are taken; the same for all workers. Default 10 s, the
    /// KCL's.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the table is read; at most a quarter of <see cref="LeaseDuration"/>. Default 800 ms.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>The most leases a worker should hold while others can hold the rest. Default: no limit.</summary>
    public int MaxLeasesPerWorker { get; set; } = int.MaxValue;

    /// <summary>The most leases a worker asks others for at a time. Default 10.</summary>
    public int MaxLeasesToStealAtOnce { get; set; } = 10;
}
