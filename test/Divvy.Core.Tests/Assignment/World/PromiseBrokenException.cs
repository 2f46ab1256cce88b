namespace Divvy.Core.Tests.Assignment.World;

/// <summary>A promise of the handoff does not hold.</summary>
internal sealed class PromiseBrokenException(string message) : Exception(message);
