using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Divvy.Cli.Output;

namespace Divvy.Cli.Streams.Lab;

/// <summary>How often the workers have written their rows, by the counts in them.</summary>
internal static class WorkerBeats
{
    /// <summary>All beats of the workers that are there.</summary>
    public static async Task<long> CountAsync(Uri dynamoDb, string application, CancellationToken cancellationToken)
    {
        using var client = new AmazonDynamoDBClient(
            new BasicAWSCredentials("emulator", "emulator"),
            new AmazonDynamoDBConfig { ServiceURL = dynamoDb.ToString(), AuthenticationRegion = "us-east-1" });
        try
        {
            var rows = await client.ScanAsync(
                new ScanRequest { TableName = $"{application}-Workers" }, cancellationToken);
            return rows.Items.Sum(row => long.Parse(row["beat"].N, CultureInfo.InvariantCulture));
        }
        catch (AmazonClientException failure)
        {
            throw new CommandException(
                ExitCode.Failed, $"the workers' table cannot be read: {failure.Message}", failure);
        }
    }
}
