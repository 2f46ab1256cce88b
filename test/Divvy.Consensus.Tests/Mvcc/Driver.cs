using System.Text;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Export;
using Divvy.Consensus.Mvcc.Hashing;

namespace Divvy.Consensus.Tests.Mvcc;

/// <summary>Applies commands to a store in the order they are given, with strings for bytes.</summary>
internal sealed class Driver
{
    public MvccStore Store { get; set; } = new(new MvccOptions());

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public static KeyRange Prefix(string prefix) =>
        KeyRange.Interval(Bytes(prefix), Bytes(prefix[..^1] + (char)(prefix[^1] + 1)));

    public MvccResult Apply(MvccCommand command) => Store.Apply(Store.AppliedIndex + 1, command);

    public long Put(string key, string value, long lease = 0)
    {
        var result = Apply(new PutOperation(Bytes(key), Bytes(value)) { Lease = lease });
        result.Outcome.ShouldBe(MvccOutcome.Ok);
        return result.Revision;
    }

    public long Delete(string key) => Apply(new DeleteRangeOperation(KeyRange.Single(Bytes(key)))).Revision;

    /// <summary>Compacts, and does all the work that is left by it.</summary>
    public void Compact(long revision)
    {
        Apply(new CompactCommand(revision)).Outcome.ShouldBe(MvccOutcome.Ok);
        while (Store.CompactStep(100))
        {
        }
    }

    /// <summary>The store as it comes back from an export.</summary>
    public static MvccStore Copy(MvccStore store)
    {
        var import = new MvccImport(new MvccOptions());
        foreach (var chunk in ExportOf(store, maxBytes: 100))
            import.Consume(chunk);
        return import.Finish();
    }

    public static List<byte[]> ExportOf(MvccStore store, int maxBytes)
    {
        var chunks = new List<byte[]>();
        var export = store.BeginExport();
        for (var chunk = export.Next(maxBytes); !chunk.IsEmpty; chunk = export.Next(maxBytes))
            chunks.Add(chunk.ToArray());
        return chunks;
    }

    public static uint Finish(HashCursor hash)
    {
        while (hash.Step(100))
        {
        }
        hash.Outcome.ShouldBe(MvccOutcome.Ok);
        return hash.Value;
    }

    public string? Get(string key, long revision = 0)
    {
        var range = Store.Range(new RangeOperation(KeyRange.Single(Bytes(key))) { Revision = revision });
        range.Outcome.ShouldBe(MvccOutcome.Ok);
        return range.Records.Count == 0 ? null : Text(range.Records[0].Value);
    }
}
