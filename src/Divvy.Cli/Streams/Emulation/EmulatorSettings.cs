namespace Divvy.Cli.Streams.Emulation;

/// <summary>How the emulators run.</summary>
/// <param name="KinesisPort">On loopback; 0: a free one.</param>
/// <param name="DynamoDbPort">On loopback; 0: a free one.</param>
/// <param name="ShardLimit">Open shards of all streams together.</param>
/// <param name="Directory">Where they are installed.</param>
internal sealed record EmulatorSettings(int KinesisPort, int DynamoDbPort, int ShardLimit, string Directory);
