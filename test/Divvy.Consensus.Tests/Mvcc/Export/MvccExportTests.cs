using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Export;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc.Export;

/// <summary>Exports of random histories, taken while these go on, are in <see cref="ModelTests"/>.</summary>
public sealed class MvccExportTests
{
    private readonly Driver driver = new();

    [Fact]
    public void Import_EmptyStore_IsAnEmptyStore()
    {
        var copy = Copy(driver.Store);

        StoreComparison.FindDifference(driver.Store, copy).ShouldBeNull();
        copy.Apply(1, new PutOperation(Bytes("a"), Bytes("1"))).Revision.ShouldBe(2);
    }

    [Fact]
    public void Import_PiecesOfAnySize_GivesTheSameStore()
    {
        Fill();
        var octets = ExportOf(driver.Store, 150).SelectMany(chunk => chunk).ToArray();
        foreach (var stride in new[] { 1, 7, 8, 9, 64, octets.Length })
        {
            var import = new MvccImport(new MvccOptions());
            foreach (var piece in octets.Chunk(stride))
                import.Consume(piece);
            StoreComparison.FindDifference(driver.Store, import.Finish()).ShouldBeNull();
        }
    }

    [Fact]
    public void Next_SmallChunks_KeepToTheirSize()
    {
        Fill();

        var chunks = ExportOf(driver.Store, maxBytes: 100);

        chunks.Count.ShouldBeGreaterThan(5);
        chunks.ShouldAllBe(chunk => chunk.Length < 160, "one record more at most");
        Copy(driver.Store).Statistics().Keys.ShouldBe(driver.Store.Statistics().Keys);
    }

    [Fact]
    public void Next_RecordLargerThanAChunk_ComesWhole()
    {
        driver.Put("big", new string('x', 100_000));

        StoreComparison.FindDifference(driver.Store, Copy(driver.Store)).ShouldBeNull();
    }

    [Fact]
    public void Next_SameStateAnotherPhysicalState_GivesTheSameBytes()
    {
        Fill();
        driver.Apply(new CompactCommand(20));
        var behind = ExportOf(driver.Store, 1000).SelectMany(chunk => chunk).ToArray();
        while (driver.Store.CompactStep(1))
        {
        }

        ExportOf(driver.Store, 1000).SelectMany(chunk => chunk).ShouldBe(behind);
        driver.Store.Statistics().Pins.ShouldBe(0);
        Copy(driver.Store).CompactionBacklog.ShouldBe(0);
        Copy(driver.Store).Statistics().Records.ShouldBe(driver.Store.Statistics().Records);
        Copy(driver.Store).Statistics().Bytes.ShouldBe(driver.Store.Statistics().Bytes);
    }

    [Fact]
    public void Next_Released_IsRefusedAndHoldsNothingBack()
    {
        Fill();
        var export = driver.Store.BeginExport();
        export.Next(100);

        export.Release();

        driver.Store.Statistics().Pins.ShouldBe(0);
        Should.Throw<InvalidOperationException>(() => export.Next(100));
    }

    [Fact]
    public void Next_KnownState_GivesTheBytesOfFormat1()
    {
        driver.Apply(new LeaseGrantCommand(5, 60));
        driver.Put("key", "value", lease: 5);
        driver.Put("key2", "");
        driver.Delete("key2");

        // Snapshots on disks have these bytes: another format needs another number.
        ExportOf(driver.Store, 1000).Select(Convert.ToHexString).ShouldBe(
        [
            "1E000000E976177D" + "01" + "44564D56" + "01" + "0400000000000000" + "0400000000000000"
                + "FFFFFFFFFFFFFFFF",
            "19000000E3F7FB6C" + "02" + "0500000000000000" + "3C00000000000000" + "0000000000000000",
            "27000000CB0BE271" + "03" + "00036B6579" + "02" + "0200" + "0001" + "0500000000000000" + "0576616C7565"
                + "030132" + "00" + "0300" + "0001" + "00" + "0400" + "01" + "0400",
            "010000004EC4E795" + "04",
            "040000006BEAA67F" + "05" + "010300",
        ]);
    }

    [Fact]
    public void Import_AnyByteDamaged_IsRefused()
    {
        Fill();
        var octets = ExportOf(driver.Store, 300).SelectMany(chunk => chunk).ToArray();
        for (var place = 0; place < octets.Length; place++)
        {
            var damaged = octets.ToArray();
            damaged[place] ^= 0x10;
            Should.Throw<InvalidDataException>(() => Import(damaged), $"byte {place}").Message.ShouldContain("export");
        }
    }

    [Fact]
    public void Import_CutOffAnywhere_IsRefused()
    {
        Fill();
        var octets = ExportOf(driver.Store, 300).SelectMany(chunk => chunk).ToArray();
        for (var length = 0; length < octets.Length; length++)
            Should.Throw<InvalidDataException>(() => Import(octets[..length])).Message.ShouldContain("cut off");
    }

    [Fact]
    public void Import_FramesMissingTwiceOrSwapped_IsRefused()
    {
        Fill();
        var chunks = ExportOf(driver.Store, 300);
        for (var place = 0; place < chunks.Count; place++)
        {
            Refused([.. chunks[..place], .. chunks[(place + 1)..]]);
            Refused([.. chunks[..place], chunks[place], .. chunks[place..]]);
            if (place + 1 < chunks.Count)
                Refused([.. chunks[..place], chunks[place + 1], chunks[place], .. chunks[(place + 2)..]]);
        }

        static void Refused(List<byte[]> chunks) =>
            Should.Throw<InvalidDataException>(() => Import([.. chunks.SelectMany(chunk => chunk)]));
    }

    [Theory]
    [InlineData(13, "format 9")]
    [InlineData(9, "not an export")]
    public void Import_HeaderOfSomethingElse_SaysSo(int place, string message)
    {
        var frame = ExportOf(driver.Store, 300)[0];
        frame[place] = 9;
        var rewritten = new FrameWriter();
        rewritten.Begin(frame[8]);
        rewritten.Write(frame.AsSpan(9));

        Should.Throw<InvalidDataException>(() => Import(rewritten.Finish().ToArray())).Message.ShouldContain(message);
    }

    private static MvccStore Import(byte[] octets)
    {
        var import = new MvccImport(new MvccOptions());
        import.Consume(octets);
        return import.Finish();
    }

    /// <summary>Some of everything: leases, deletions, revisions with several changes, a compaction at one of
    /// these.</summary>
    private void Fill()
    {
        driver.Apply(new LeaseGrantCommand(5, 60));
        driver.Apply(new LeaseGrantCommand(6, 600));
        driver.Apply(new LeaseCheckpointCommand(6, 100));
        for (var put = 0; put < 16; put++)
            driver.Put($"/registry/k{put % 9}", $"value {put}", lease: put % 3 == 0 ? 5 : 0);
        driver.Apply(new DeleteRangeOperation(Prefix("/registry/k3")));
        driver.Apply(new TxnOperation(
            [],
            [
                new PutOperation(Bytes("/registry/k1"), Bytes("x")),
                new DeleteRangeOperation(KeyRange.From(Bytes("/registry/k6"))),
                new PutOperation(Bytes("/registry/k7"), Bytes("again")),
            ],
            []));
        driver.Compact(driver.Store.Revision);
        driver.Put("/registry/k6", "anew");
        driver.Delete("/registry/k2");
        driver.Put("/registry/k1", "y");
    }
}
