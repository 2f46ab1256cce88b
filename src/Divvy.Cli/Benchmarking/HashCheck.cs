using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Output;
using Divvy.Rpc;
using Google.Protobuf;

namespace Divvy.Cli.Benchmarking;

/// <summary><c>--check-hashkv</c>: the hash of everything up to one revision, from every endpoint. etcd's tool prints
/// that of its first endpoint; this one compares.</summary>
internal static class HashCheck
{
    private const string HashPath = "/etcdserverpb.Maintenance/HashKV";
    private const uint HashField = 2;

    /// <exception cref="CommandException">The hashes differ.</exception>
    public static async Task RunAsync(BenchSession session, CommandConsole console, CancellationToken cancellationToken)
    {
        var status = await UnaryCall.MakeAsync(session.Any, EtcdMethods.Status, new(), cancellationToken);
        var revision = status.Header.Revision;
        var hashes = new List<(string Endpoint, uint Hash)>();
        foreach (var endpoint in session.Endpoints)
        {
            await using var channel = await session.DialAsync(endpoint, cancellationToken);
            var answer = await UnaryCall.MakeAsync(channel, HashPath, Request(revision), cancellationToken);
            hashes.Add((endpoint.Authority, HashOf(answer)));
        }

        foreach (var (endpoint, hash) in hashes)
            await console.Error.WriteLineAsync($"hash of {endpoint} at revision {revision}: {hash}");
        if (hashes.Select(entry => entry.Hash).Distinct().Skip(1).Any())
            throw new CommandException(ExitCode.Failed, $"the endpoints hold different data at revision {revision}");
    }

    private static byte[] Request(long revision)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt64(revision);
        }

        return buffer.ToArray();
    }

    private static uint HashOf(byte[] answer)
    {
        using var input = new CodedInputStream(answer);
        while (input.ReadTag() is > 0 and var tag)
        {
            if (tag == WireFormat.MakeTag((int)HashField, WireFormat.WireType.Varint))
                return input.ReadUInt32();
            input.SkipLastField();
        }

        return 0;
    }
}
