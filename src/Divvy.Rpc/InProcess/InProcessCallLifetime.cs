using Divvy.Rpc.Server;

namespace Divvy.Rpc.InProcess;

/// <summary>The time an in-process call may run: only its deadline and those who hold the call end it.</summary>
internal sealed class InProcessCallLifetime(TimeProvider timeProvider, TimeSpan? timeout)
    : CallLifetime(timeProvider, timeout)
{
    protected override void Register()
    {
    }
}
