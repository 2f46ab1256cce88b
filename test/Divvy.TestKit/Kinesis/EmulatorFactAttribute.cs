using Xunit;

namespace Divvy.TestKit.Kinesis;

/// <summary>A fact that needs the emulators of Kinesis and DynamoDB; skipped, with a reason that cannot be overlooked,
/// where node and npm are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EmulatorFactAttribute : FactAttribute
{
    public EmulatorFactAttribute() => Skip = EmulatorFixture.SkipReason;
}
