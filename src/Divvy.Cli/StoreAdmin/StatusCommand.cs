using System.CommandLine;
using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Cli.StoreAdmin;

/// <summary><c>divvy store status</c>.</summary>
internal static class StatusCommand
{
    private static readonly string[] header =
    [
        "ENDPOINT", "ID", "ROLE", "VERSION", "REVISION", "DB SIZE", "IN USE", "TERM", "INDEX", "APPLIED", "ERRORS",
    ];

    public static Command Create(StoreVerb verb) => verb.Running(
        "status",
        "Each endpoint: its role, revision, size and how far it is. Exit code 1 if one of them cannot be reached.",
        [],
        async (call, cancel) =>
        {
            var rows = await Task.WhenAll(call.Client.Endpoints.Select(endpoint => AskAsync(call, endpoint, cancel)));
            call.Show(rows, header, row =>
            [
                row.Endpoint, row.Id, row.Role, row.Version, row.Revision, Size(row.DbSize), Size(row.DbSizeInUse),
                row.Term, row.Index, row.AppliedIndex, string.Join("; ", row.Errors),
            ]);
            return rows.Any(row => row.Role == Unreachable) ? ExitCode.Failed : ExitCode.Ok;
        });

    private const string Unreachable = "unreachable";

    private static async Task<EndpointStatus> AskAsync(StoreCall call, Uri endpoint, CancellationToken cancel)
    {
        try
        {
            var status = await call.Client.CallAsync(endpoint, EtcdMethods.Status, new StatusRequest(), cancel);
            return new EndpointStatus(
                endpoint.Authority,
                StoreCall.Id(status.Header.MemberId),
                RoleOf(status),
                status.Version,
                status.Header.Revision,
                status.DbSize,
                status.DbSizeInUse,
                status.RaftTerm,
                status.RaftIndex,
                status.RaftAppliedIndex,
                [.. status.Errors]);
        }
        catch (CommandException failure)
        {
            return new EndpointStatus(
                endpoint.Authority, null, Unreachable, null, null, null, null, null, null, null, [failure.Message]);
        }
    }

    private static string RoleOf(StatusResponse status)
    {
        if (status.IsLearner)
            return "learner";
        return status.Leader == status.Header.MemberId ? "leader" : "follower";
    }

    private static string? Size(long? bytes) =>
        bytes is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known / 1048576.0:0.0} MiB") : null;
}
