using Amazon.Runtime;
using Divvy.Streams.Kinesis.Retrying;

namespace Divvy.Streams.Kinesis;

/// <summary>Which Kinesis to talk to, as whom, and how patiently.</summary>
public sealed class KinesisClientOptions
{
    /// <summary>Where the service listens, such as <c>http://127.0.0.1:4567</c>. Default null: the region's.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The region, such as <c>eu-central-1</c>. Default null: <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c> or
    /// the profile's; with an <see cref="Endpoint"/>, <c>us-east-1</c> when none of these says.</summary>
    public string? Region { get; set; }

    /// <summary>Who asks. Default null: the default chain of the AWS SDK (environment, profile, web identity,
    /// container, instance).</summary>
    public AWSCredentials? Credentials { get; set; }

    /// <summary>How long one try may take until its answer is read. Default 10 seconds: answers hold up to 10 MB. An
    /// emulator may never answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How a call that failed for the moment is tried again.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>A fan-out subscription on which nothing came for so long is opened again. Default 35 seconds: the
    /// service sends events without records as well, every few seconds.</summary>
    public TimeSpan SubscriptionIdleTimeout { get; set; } = TimeSpan.FromSeconds(35);

    /// <summary>At most so many connections at once. Default 256, more than one worker has shards.</summary>
    public int MaxConnections { get; set; } = 256;

    /// <summary>Clock of signatures, time limits and pauses.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Dice of the pauses between tries; used under a lock. Default null: seeded by the system.</summary>
    public Random? Random { get; set; }

    /// <summary>Options for an emulator, which takes any credentials.</summary>
    public static KinesisClientOptions ForEmulator(Uri endpoint) => new()
    {
        Endpoint = endpoint,
        Region = "us-east-1",
        Credentials = new BasicAWSCredentials("emulator", "emulator"),
    };

    /// <exception cref="ArgumentException">Says every value that is out of range.</exception>
    internal void Validate()
    {
        var wrong = new List<string>();
        if (Endpoint is { } uri && (!uri.IsAbsoluteUri || uri.Scheme is not ("http" or "https")))
            wrong.Add($"{nameof(Endpoint)} '{uri}' must be an absolute http or https address");
        if (Timeout <= TimeSpan.Zero)
            wrong.Add($"{nameof(Timeout)} must be positive");
        if (SubscriptionIdleTimeout <= TimeSpan.Zero)
            wrong.Add($"{nameof(SubscriptionIdleTimeout)} must be positive");
        if (MaxConnections < 1)
            wrong.Add($"{nameof(MaxConnections)} must be at least 1");
        wrong.AddRange(Retry.Faults());
        if (wrong.Count > 0)
            throw new ArgumentException($"the options of the Kinesis client are wrong: {string.Join("; ", wrong)}");
    }
}
