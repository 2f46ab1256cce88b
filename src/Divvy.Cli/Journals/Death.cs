namespace Divvy.Cli.Journals;

/// <summary>Somebody outside killed an instance: whatever it held ended then, though its journal cannot say
/// so.</summary>
internal readonly record struct Death(string Instance, long UnixNs);
