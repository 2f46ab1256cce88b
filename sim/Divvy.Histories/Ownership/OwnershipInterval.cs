namespace Divvy.Histories.Ownership;

/// <summary>A stretch of true time in which one instance believed that a shard was its own, the end not included.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Generation">The fencing token it acted under.</param>
/// <param name="Instance">One life of one process: <c>a#2</c>. A restarted process is another instance.</param>
/// <param name="From">When it began to believe so.</param>
/// <param name="To">When it stopped, died, or its own deadline passed.</param>
public sealed record OwnershipInterval(string Shard, long Generation, string Instance, TimeSpan From, TimeSpan To)
{
    public override string ToString() => FormattableString.Invariant(
        $"{Instance} with generation {Generation} from {From.TotalSeconds:0.000} to {To.TotalSeconds:0.000} s");
}
