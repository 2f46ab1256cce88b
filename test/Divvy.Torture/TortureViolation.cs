namespace Divvy.Torture;

/// <summary>The store broke a promise. The message says which, and what shows it.</summary>
public sealed class TortureViolation(string message) : Exception(message);
