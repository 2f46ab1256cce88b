namespace Divvy.Store.Failpoints;

/// <summary>What failpoints do to the world, so that a test or a simulation can do it its own way.</summary>
/// <param name="Sleep">Holds the calling thread for a time.</param>
/// <param name="Panic">Ends the process with a message; does not return.</param>
/// <param name="Print">Tells a message.</param>
public sealed record FailpointEffects(Action<TimeSpan> Sleep, Action<string> Panic, Action<string> Print)
{
    /// <summary>The real ones: the thread waits, the process fails fast, the message goes to standard error.</summary>
    public static FailpointEffects Real { get; } = new(Wait, Environment.FailFast, Console.Error.WriteLine);

    private static void Wait(TimeSpan time)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(time);
    }
}
