using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Cli.StoreAdmin;

/// <summary><c>divvy store hash</c>: whether the members hold the same.</summary>
internal static class HashCommand
{
    public static Command Create(StoreVerb verb) => verb.Running(
        "hash",
        "A hash of each endpoint's keys at one revision. Exit code 1 if two differ.",
        [],
        async (call, cancel) =>
        {
            // The newest revision that all of them have.
            var revision = long.MaxValue;
            foreach (var endpoint in call.Client.Endpoints)
            {
                var status = await call.Client.CallAsync(endpoint, EtcdMethods.Status, new StatusRequest(), cancel);
                revision = Math.Min(revision, status.Header.Revision);
            }

            var rows = new List<HashRow>();
            foreach (var endpoint in call.Client.Endpoints)
            {
                var request = new HashKVRequest { Revision = revision };
                var answer = await call.Client.CallAsync(endpoint, EtcdMethods.HashKV, request, cancel);
                rows.Add(new HashRow(endpoint.Authority, revision, answer.CompactRevision, answer.Hash));
            }

            call.Show(
                rows,
                ["ENDPOINT", "REVISION", "COMPACTED", "HASH"],
                row => [row.Endpoint, row.Revision, row.CompactedRevision, row.Hash]);
            // Members compacted differently hold different histories of the same keys: their hashes say nothing.
            var differ = rows.GroupBy(row => row.CompactedRevision)
                .Any(group => group.Select(row => row.Hash).Distinct().Count() > 1);
            return differ ? ExitCode.Failed : ExitCode.Ok;
        });

    private sealed record HashRow(string Endpoint, long Revision, long CompactedRevision, uint Hash);
}
