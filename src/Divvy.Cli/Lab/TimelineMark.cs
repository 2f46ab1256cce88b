namespace Divvy.Cli.Lab;

/// <summary>Something happened, so many milliseconds after the scenario's disturbance.</summary>
internal sealed record TimelineMark(double AtMs, string What);
