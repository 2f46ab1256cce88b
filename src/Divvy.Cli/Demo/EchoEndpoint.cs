using Divvy.Client.AspNetCore;
using Divvy.Client.Hosting;
using Microsoft.AspNetCore.Http;

namespace Divvy.Cli.Demo;

/// <summary>What a demo instance answers: who served the key, under which generation.</summary>
internal static class EchoEndpoint
{
    public static EchoAnswer Answer(string key, HttpContext context, ShardHost host)
    {
        var shard = context.GetShard();
        return new EchoAnswer(host.InstanceId.Value, shard.Shard.Value, shard.Generation.Value, key);
    }
}
