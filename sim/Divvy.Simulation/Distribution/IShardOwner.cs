using Divvy.Core.Identity;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>An instance as those see it who judge what it believes.</summary>
internal interface IShardOwner
{
    string Name { get; }

    /// <summary>Its name and which life of it this is.</summary>
    string Life { get; }

    SimProcess Process { get; }

    SessionId Session { get; }

    /// <summary>Whether it believes in its session at this instant, by its own clock.</summary>
    bool HasSession { get; }

    /// <summary>How long it goes on to believe in its session, by its own clock, if it hears nothing more.</summary>
    TimeSpan Belief { get; }
}
