using Divvy.Core.Identity;
using Divvy.Simulation.Distribution;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Distribution;

/// <summary>An instance that believes what a test says.</summary>
internal sealed class FakeOwner(SimWorld world, string name, long session) : IShardOwner
{
    public SimProcess Process { get; } = world.Start(name);

    public string Name => name;

    public string Life => $"{name}#1";

    public SessionId Session { get; } = new(session);

    public bool HasSession { get; set; } = true;

    public TimeSpan Belief { get; set; }

    public SessionRef Ref => new(new InstanceId(name), Session);
}
