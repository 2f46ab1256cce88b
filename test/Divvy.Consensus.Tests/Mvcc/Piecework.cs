using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Export;
using Divvy.Consensus.Mvcc.Hashing;
using static Divvy.Consensus.Tests.Mvcc.Driver;
using static Divvy.Consensus.Tests.Mvcc.Transcript;

namespace Divvy.Consensus.Tests.Mvcc;

/// <summary>What is done in pieces while a history goes on: ranges, hashes, slices of compaction and exports, begun at
/// random moments and in random strides. Each must end as if it had been done at once when it began. A finished export
/// takes the place of the store, after it was given the commands since: all that follows is answered by it.</summary>
internal sealed class Piecework(Driver driver, NaiveStore naive, int seed)
{
    private readonly Random dice = new(seed);
    private readonly CommandGenerator generator = new(seed + 1000);
    private readonly List<(RangeCursor Cursor, string Expected)> reads = [];
    private readonly List<(HashCursor Hash, uint Expected)> hashes = [];
    private readonly List<MvccCommand> sinceExport = [];
    private readonly List<byte[]> chunks = [];
    private MvccExport? export;

    /// <summary>Does some of the work after a command; says what went wrong.</summary>
    public string? GoOn(MvccCommand command)
    {
        sinceExport.Add(command);
        generator.Next();
        if (dice.Next(3) == 0)
            driver.Store.CompactStep(dice.Next(1, 8));
        return Compactions() ?? Reads() ?? Hashes() ?? Exports();
    }

    /// <summary>With every other seed, compacts close behind the newest revision, where readers in progress need what
    /// it leaves behind.</summary>
    private string? Compactions()
    {
        if (seed % 2 == 0 || dice.Next(15) > 0)
            return null;
        var command = new CompactCommand(driver.Store.Revision - dice.Next(3));
        sinceExport.Add(command);
        var (expected, actual) = (naive.Apply(command), Show(driver.Apply(command)));
        return actual == expected ? null : $"{command} gives {actual} instead of {expected}";
    }

    private string? Reads()
    {
        if (reads.Count < 5 && dice.Next(3) == 0)
        {
            var operation = generator.NewRange();
            reads.Add((driver.Store.Begin(operation, dice.Next(3)), naive.Apply(operation)));
        }
        if (reads.Count == 0)
            return null;
        var chosen = dice.Next(reads.Count);
        var (cursor, expected) = reads[chosen];
        var isGivenUp = dice.Next(20) == 0;
        if (isGivenUp)
            cursor.Release();
        else if (cursor.Step(dice.Next(1, 3)))
            return null;
        reads.RemoveAt(chosen);
        return isGivenUp || Show(cursor.Result()) == expected
            ? null
            : $"a range in pieces gives {Show(cursor.Result())}\n instead of\n{expected}";
    }

    private string? Hashes()
    {
        if (hashes.Count < 2 && dice.Next(10) == 0)
            hashes.Add((Begin(driver.Store), Finish(Begin(driver.Store))));
        for (var number = hashes.Count - 1; number >= 0; number--)
        {
            var (hash, expected) = hashes[number];
            if (hash.Step(dice.Next(1, 4)))
                continue;
            hashes.RemoveAt(number);
            if (hash.Value != expected)
                return $"a hash in pieces gives {hash.Value:x8} instead of {expected:x8}";
        }
        return null;

        HashCursor Begin(MvccStore store) => store.Revision % 2 == 0 ? store.BeginHash() : store.BeginHashKv(0);
    }

    private string? Exports()
    {
        if (export is null)
        {
            if (dice.Next(20) > 0)
                return null;
            export = driver.Store.BeginExport();
            sinceExport.Clear();
            chunks.Clear();
        }
        var chunk = export.Next(dice.Next(1, 200));
        if (!chunk.IsEmpty)
        {
            chunks.Add(chunk.ToArray());
            return null;
        }
        export = null;
        var import = new MvccImport(new MvccOptions());
        chunks.ForEach(taken => import.Consume(taken));
        return TakeThePlace(import.Finish());
    }

    private string? TakeThePlace(MvccStore copy)
    {
        foreach (var command in sinceExport)
            copy.Apply(copy.AppliedIndex + 1, command);
        var wrong = StoreComparison.FindDifference(driver.Store, copy);
        if (wrong is not null)
            return $"an export that was read back differs: {wrong}";
        // Cursors of the store that goes would be answered by nobody.
        reads.Clear();
        hashes.Clear();
        driver.Store = copy;
        return null;
    }
}
