using Amazon.Runtime;
using Divvy.Streams.Consuming;

namespace Divvy.Cli.Streams.Lab;

/// <summary>Where the lab's services are.</summary>
/// <param name="Kinesis">The emulator of streams.</param>
/// <param name="DynamoDb">The emulator of tables; null: the leases are in no table.</param>
/// <param name="Server">The distributor's server; null: the leases are in the table.</param>
internal sealed record LabAddresses(Uri Kinesis, Uri? DynamoDb, string? Server)
{
    /// <summary>As <c>divvy stream consume</c> takes them.</summary>
    public IReadOnlyList<string> ToArguments(KclSettings settings) => settings.UsesTable
        ? ["--endpoint", Kinesis.ToString(), "--dynamodb", DynamoDb!.ToString()]
        : ["--endpoint", Kinesis.ToString(), "--server", Server!];

    /// <summary>For looking at the leases.</summary>
    public StreamConsumerOptions ToOptions(KclSettings settings, string stream)
    {
        var options = new StreamConsumerOptions
        {
            ApplicationName = stream.Replace(KclSettings.Stream, KclSettings.Application, StringComparison.Ordinal),
            WorkerId = "lab",
            Streams = [stream],
            LeaseStore = settings.UsesTable ? LeaseStoreKind.Table : LeaseStoreKind.Distributor,
        };
        options.Table.Endpoint = DynamoDb;
        options.Table.Region = "us-east-1";
        options.Table.Credentials = new BasicAWSCredentials("emulator", "emulator");
        if (Server is not null)
            options.Distributor.Servers = [new Uri(Server)];
        return options;
    }
}
