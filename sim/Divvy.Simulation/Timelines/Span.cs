namespace Divvy.Simulation.Timelines;

/// <summary>Something that lasts: a bar in the picture of a run.</summary>
/// <param name="Lane">The lane it is drawn in.</param>
/// <param name="Kind">Class of its colour: <c>up</c>, <c>fault</c>, <c>owner</c>, <c>phase</c>.</param>
/// <param name="From">True time since the run began.</param>
/// <param name="To">True time since the run began.</param>
/// <param name="Text">What is said about it.</param>
internal sealed record Span(string Lane, string Kind, TimeSpan From, TimeSpan To, string Text);
