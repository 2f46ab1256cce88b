namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>What a load does: the method, and how each client makes its requests.</summary>
/// <param name="Path">The <c>:path</c> of the calls.</param>
/// <param name="MessageOf">Makes the message of the client with this number.</param>
internal sealed record LoadOperation(string Path, Func<int, IRequestMessage> MessageOf);
