namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>One header: a lower-case name and a value.</summary>
internal readonly record struct HeaderField(string Name, string Value)
{
    /// <summary>What an entry costs in a dynamic table (RFC 7541, section 4.1).</summary>
    public int TableSize => Name.Length + Value.Length + 32;
}
