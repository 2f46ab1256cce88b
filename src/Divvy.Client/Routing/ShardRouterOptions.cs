namespace Divvy.Client.Routing;

/// <summary>How a router keeps its table.</summary>
public sealed class ShardRouterOptions
{
    /// <summary>The sharded service. Given to <c>AddShardRouter</c>.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>The servers, any of which will do; the next one is tried when one fails.</summary>
    public IList<Uri> Servers { get; set; } = [];

    /// <summary>The pause after all servers failed once; doubles up to <see cref="ReconnectMax"/>. Default 50
    /// ms.</summary>
    public TimeSpan ReconnectMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between tries. Default 1 s.</summary>
    public TimeSpan ReconnectMax { get; set; } = TimeSpan.FromSeconds(1);
}
