using Divvy.Streams.Consuming;

namespace Divvy.Streams.Tests.Consuming;

public sealed class StreamConsumerOptionsValidatorTests
{
    [Fact]
    public void Errors_Defaults_LackOnlyNames() =>
        StreamConsumerOptionsValidator.Errors(new StreamConsumerOptions())
            .Select(error => error.Split(':')[0]).ShouldBe(["ApplicationName", "Streams"]);

    [Fact]
    public void Errors_EverythingWrong_AreReportedAtOnce()
    {
        var options = new StreamConsumerOptions
        {
            ApplicationName = "a b",
            WorkerId = " ",
            Streams = ["orders", "orders", ""],
            LeaseStore = LeaseStoreKind.Distributor,
            Table = { LeaseDuration = TimeSpan.Zero, MaxLeasesPerWorker = 0 },
            InitialPosition = StreamStart.AtTimestamp,
            MaxBufferedBytes = 1,
            GetRecordsLimit = 10_001,
            MaxReadsAtOnce = 0,
            IdleTime = TimeSpan.Zero,
            MaxIdleTime = TimeSpan.FromSeconds(-1),
            ReadInterval = TimeSpan.FromSeconds(-1),
            FirstReadBackoff = TimeSpan.FromSeconds(9),
            AutoCheckpoint = TimeSpan.FromSeconds(-1),
            ProcessorLimit = TimeSpan.Zero,
            CancellationGrace = TimeSpan.Zero,
            StopTimeout = TimeSpan.Zero,
            Poison =
            {
                MaxAttempts = 0,
                FirstBackoff = TimeSpan.Zero,
                Action = (PoisonAction)9,
                OnSkip = (_, _) => default,
            },
        };

        var named = StreamConsumerOptionsValidator.Errors(options).Select(error => error.Split(':')[0]);

        named.ShouldBe(
        [
            "ApplicationName", "WorkerId", "Streams", "Streams", "InitialTimestamp", "Distributor.Servers",
            "Table.LeaseDuration", "Table.PollInterval", "Table.MaxLeasesPerWorker, Table.MaxLeasesToStealAtOnce",
            "MaxBufferedBytes",
            "GetRecordsLimit", "MaxReadsAtOnce", "IdleTime", "MaxIdleTime", "ReadInterval", "FirstReadBackoff", "AutoCheckpoint",
            "ProcessorLimit", "CancellationGrace", "StopTimeout", "Poison.MaxAttempts", "Poison.FirstBackoff",
            "Poison.Action", "Poison.OnSkip",
        ]);
    }
}
