namespace Divvy.Cli.Demo;

/// <summary>The answer of <c>GET /echo/{key}</c>.</summary>
internal sealed record EchoAnswer(string Instance, string Shard, long Generation, string Key);
