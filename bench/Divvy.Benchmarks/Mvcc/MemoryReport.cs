using System.Diagnostics;
using System.Runtime.CompilerServices;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Export;

namespace Divvy.Benchmarks.Mvcc;

/// <summary>Prints what 1,000,000 keys of 256 bytes cost in memory, and how long the large operations on them take: by
/// the clock, and in processor time, which says more on a machine that others use.</summary>
internal static class MemoryReport
{
    private const int Keys = 1_000_000;
    private const int StepRecords = 512;

    public static void Print()
    {
        var (chunks, hash) = FillAndExport();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var imported = Timed("import it", () => Import(chunks));
        PrintMemory("imported", before);
        Console.WriteLine(Hash(imported) == hash ? "  hashes agree" : "  HASHES DIFFER");
    }

    /// <summary>A method of its own, so that the first store is garbage when the second one is measured.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (List<byte[]> Chunks, uint Hash) FillAndExport()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var store = Timed($"put {Keys:N0} keys", () => Workload.Fill(Keys));
        PrintMemory("filled", before);
        Timed($"put {Keys:N0} keys again", () => PutAgain(store));
        Timed($"get {Keys:N0} keys one by one", () => GetEach(store));
        Timed("read it all in steps", () => Drain(store));
        Timed("hash it", () => Hash(store));
        store.Apply(store.AppliedIndex + 1, new CompactCommand(store.Revision));
        Timed("compact it in steps", () => CompactAll(store));
        PrintMemory("compacted", before);
        var chunks = Timed("export it", () => Workload.Export(store));
        Console.WriteLine($"  export: {chunks.Sum(chunk => (long)chunk.Length) / 1e6:F0} MB");
        return (chunks, Hash(store));
    }

    private static MvccStore Import(List<byte[]> chunks)
    {
        var import = new MvccImport(new MvccOptions());
        foreach (var chunk in chunks)
            import.Consume(chunk);
        return import.Finish();
    }

    private static bool PutAgain(MvccStore store)
    {
        for (var number = 0; number < Keys; number++)
            Workload.Put(store, number);
        return true;
    }

    private static int GetEach(MvccStore store)
    {
        var found = 0;
        for (var number = 0; number < Keys; number++)
            found += store.Range(new RangeOperation(KeyRange.Single(Workload.Key(number)))).Records.Count;
        return found;
    }

    private static RangeResult Drain(MvccStore store)
    {
        var longest = TimeSpan.Zero;
        var cursor = store.Begin(new RangeOperation(KeyRange.From(new byte[1])), StepRecords);
        while (!cursor.IsDone)
        {
            var started = Stopwatch.GetTimestamp();
            cursor.Step(StepRecords);
            var took = Stopwatch.GetElapsedTime(started);
            longest = took > longest ? took : longest;
        }
        Console.WriteLine($"  longest step: {longest.TotalMicroseconds:F0} us");
        return cursor.Result();
    }

    private static uint Hash(MvccStore store)
    {
        var hash = store.BeginHashKv(0);
        while (hash.Step(StepRecords))
        {
        }
        return hash.Value;
    }

    private static bool CompactAll(MvccStore store)
    {
        while (store.CompactStep(StepRecords))
        {
        }
        return store.IsPhysicallyCompacted(store.Revision);
    }

    private static T Timed<T>(string what, Func<T> work)
    {
        var collections = GC.CollectionCount(0);
        var pauses = GC.GetTotalPauseDuration();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var processor = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var result = work();
        var took = Stopwatch.GetElapsedTime(started);
        processor = Environment.CpuUsage.TotalTime - processor;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Console.WriteLine(
            $"{what}: {took.TotalMilliseconds:F0} ms, {processor.TotalMilliseconds:F0} ms of processors, "
            + $"{allocated / 1e6:F0} MB allocated, "
            + $"{GC.CollectionCount(0) - collections} collections, "
            + $"{(GC.GetTotalPauseDuration() - pauses).TotalMilliseconds:F0} ms paused");
        return result;
    }

    private static void PrintMemory(string when, long before)
    {
        var used = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine($"  memory {when}: {used / 1e6:F0} MB, {used / (double)Keys:F0} bytes a key");
    }
}
