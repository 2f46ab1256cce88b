using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.TestKit;
using Google.Protobuf;

namespace Divvy.Store.Tests;

/// <summary>A data folder that was damaged while nobody looked: each file of it, in every way. Either nothing is missing, or
/// the store refuses to start and names the file, or the folder that misses one.</summary>
public sealed class DamagedFolderTests : IAsyncLifetime, IDisposable
{
    private readonly TempDirectory intact = new("intact");
    private readonly TempDirectory scratch = new("damaged");
    private uint hash;
    private int copies;

    public async Task InitializeAsync()
    {
        await using var store = Open(intact.Path);
        await using var channel = Connect(store);
        for (var i = 0; i < 60; i++)
        {
            await PutAsync(channel, i);
            if (i == 30)
                await channel.UnaryAsync(EtcdMethods.Defragment, new DefragmentRequest());
        }

        hash = await HashAsync(channel);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        intact.Dispose();
        scratch.Dispose();
    }

    [Fact]
    public async Task Open_Copy_HoldsEverything() => (await TryAsync(Copy())).ShouldBe(hash.ToString("x8"));

    [Fact]
    public async Task Open_BitFlippedAnywhere_LosesNothingOrNamesTheFile()
    {
        var random = new Random(11);
        var refused = 0;
        foreach (var file in Files())
        {
            for (var flip = 0; flip < 25; flip++)
            {
                var folder = Copy();
                var path = Path.Combine(folder, file);
                var bytes = await File.ReadAllBytesAsync(path);
                var used = Array.FindLastIndex(bytes, value => value != 0) + 1;
                var at = random.Next(used);
                bytes[at] ^= (byte)(1 << random.Next(8));
                await File.WriteAllBytesAsync(path, bytes);
                refused += await LosesNothingOrNamesAsync(folder, file, $"bit flipped at {at}") ? 1 : 0;
            }
        }

        refused.ShouldBeGreaterThan(20, "hardly any damage was noticed");
    }

    [Fact]
    public async Task Open_FileCutShort_IsRefusedByName()
    {
        foreach (var file in Files())
        {
            var length = new FileInfo(Path.Combine(intact.Path, file)).Length;
            for (var keep = 0L; keep < length - 16; keep += (length / 12) + 1)
            {
                var folder = Copy();
                using (var stream = new FileStream(Path.Combine(folder, file), FileMode.Open))
                    stream.SetLength(keep);
                (await LosesNothingOrNamesAsync(folder, file, $"cut to {keep} of {length} bytes"))
                    .ShouldBeTrue($"{file} was cut to {keep} of {length} bytes and not missed");
            }
        }
    }

    [Fact]
    public async Task Open_FileDeleted_IsRefusedByName()
    {
        foreach (var file in Files())
        {
            var folder = Copy();
            File.Delete(Path.Combine(folder, file));
            var answer = await TryAsync(folder);

            // The snapshot before the last one, if it is still there, is not missed.
            if (answer != hash.ToString("x8") || file != Files().First(name => name.EndsWith(".snap", StringComparison.Ordinal)))
                answer.ShouldContain(Path.GetDirectoryName(file)!, customMessage: $"{file} was deleted");
        }
    }

    /// <summary>A write that a crash tore, and that nobody was told of: it is cut off, and the store goes on.</summary>
    [Fact]
    public async Task Open_TornEnd_IsRepaired()
    {
        var folder = Copy();
        var file = Path.Combine(folder, Files().Last(name => name.EndsWith(".wal", StringComparison.Ordinal)));
        var bytes = await File.ReadAllBytesAsync(file);
        var end = (Array.FindLastIndex(bytes, value => value != 0) + 16) / 16 * 16;
        var torn = (end / 512 * 512) + 1024;
        new byte[] { 1, 2, 3 }.CopyTo(bytes, torn);
        await File.WriteAllBytesAsync(file, bytes);
        (await TryAsync(folder)).ShouldBe(hash.ToString("x8"));
    }

    /// <summary>True: refused.</summary>
    private async Task<bool> LosesNothingOrNamesAsync(string folder, string file, string damage)
    {
        var answer = await TryAsync(folder);
        if (answer == hash.ToString("x8"))
            return false;
        answer.ShouldContain(Path.GetFileName(file), customMessage: $"{file}, {damage}");
        return true;
    }

    /// <summary>The hash of what the store holds, or why it does not start.</summary>
    private static async Task<string> TryAsync(string folder)
    {
        try
        {
            await using var store = Open(folder);
            await using var channel = Connect(store);
            return (await HashAsync(channel)).ToString("x8");
        }
        catch (IOException refusal)
        {
            return refusal.Message;
        }
    }

    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(intact.Path, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(intact.Path, path))
            .Where(name => Path.GetFileName(name) != "lock" && Path.GetExtension(name) != ".tmp")
            .Order(StringComparer.Ordinal);

    private string Copy()
    {
        var folder = scratch.File($"{++copies}");
        foreach (var path in Directory.EnumerateFiles(intact.Path, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(intact.Path, path));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(path, to);
        }

        return folder;
    }

    private static EmbeddedStore Open(string folder) => EmbeddedStore.Open(new EmbeddedStoreOptions
    {
        Name = "test",
        DataDirectory = folder,
        Wal = new Store.Wal.WalOptions { SegmentSize = 8192 },
    });

    private static InProcessChannel Connect(EmbeddedStore store)
    {
        var services = new RpcServices();
        store.MapTo(services);
        return new InProcessChannel(services);
    }

    private static async Task PutAsync(InProcessChannel channel, int number) =>
        await channel.UnaryAsync(EtcdMethods.Put, new PutRequest
        {
            Key = ByteString.CopyFromUtf8($"key{number % 20}"),
            Value = ByteString.CopyFromUtf8(new string((char)('a' + (number % 26)), 200 + number)),
        });

    private static async Task<uint> HashAsync(InProcessChannel channel) =>
        (await channel.UnaryAsync(EtcdMethods.HashKV, new HashKVRequest())).Hash;
}
