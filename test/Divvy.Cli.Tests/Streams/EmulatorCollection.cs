using Divvy.TestKit.Kinesis;

namespace Divvy.Cli.Tests.Streams;

/// <summary>The tests that share one process of emulators.</summary>
[CollectionDefinition(Name)]
public sealed class EmulatorCollection : ICollectionFixture<EmulatorFixture>
{
    public const string Name = "emulators";
}
