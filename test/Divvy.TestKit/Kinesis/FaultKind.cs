namespace Divvy.TestKit.Kinesis;

/// <summary>The kinds of <see cref="Fault"/>.</summary>
public enum FaultKind
{
    Answer,
    Page,
    Delay,
    Silence,
    Cut,
    CutAnswer,
}
