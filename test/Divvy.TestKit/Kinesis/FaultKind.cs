namespace Divvy.TestKit.Kinesis;

/// <summary>The kinds of <see cref="Fault"/>.</summary>
public enum FaultKind
{
    Answer,
    Page,
    Content,
    Delay,
    Silence,
    Cut,
    CutAnswer,
}
