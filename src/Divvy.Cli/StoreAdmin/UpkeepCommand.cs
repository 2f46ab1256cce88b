using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Cli.StoreAdmin;

/// <summary><c>divvy store compact</c>, <c>defrag</c> and <c>move-leader</c>.</summary>
internal static class UpkeepCommand
{
    public static Command Compact(StoreVerb verb)
    {
        var revision = new Argument<long?>("REVISION")
        {
            Description = "Forget what was superseded before it; the current one if not said.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var physical = new Option<bool>("--physical") { Description = "Wait until the space is free." };
        return verb.Running("compact", "Forget history.", [revision, physical], async (call, cancel) =>
        {
            var upTo = call.Parsed.GetValue(revision)
                ?? (await call.Client.AnyAsync(EtcdMethods.Status, new StatusRequest(), cancel)).Header.Revision;
            var request = new CompactionRequest { Revision = upTo, Physical = call.Parsed.GetValue(physical) };
            await call.Client.AnyAsync(EtcdMethods.Compact, request, cancel);
            call.Say(new { Revision = upTo }, $"Compacted at revision {upTo}.");
            return ExitCode.Ok;
        });
    }

    public static Command Defrag(StoreVerb verb) => verb.Running(
        "defrag",
        "Have each endpoint write its state anew and let go of its log. The embedded store serves meanwhile.",
        [],
        async (call, cancel) =>
        {
            foreach (var endpoint in call.Client.Endpoints)
            {
                await call.Client.CallAsync(endpoint, EtcdMethods.Defragment, new DefragmentRequest(), cancel);
                call.Say(new { Endpoint = endpoint.Authority }, $"{endpoint.Authority} is done.");
            }

            return ExitCode.Ok;
        });

    public static Command MoveLeader(StoreVerb verb)
    {
        var member = new Argument<string>("MEMBER") { Description = "Who is to lead: its id or its name." };
        return verb.Running("move-leader", "Have another member lead.", [member], async (call, cancel) =>
        {
            var target = await MemberCommand.FindAsync(call, call.Parsed.GetRequiredValue(member), cancel);
            var leader = await LeaderAsync(call, cancel);
            var request = new MoveLeaderRequest { TargetID = target.ID };
            await call.Client.CallAsync(leader, EtcdMethods.MoveLeader, request, cancel);
            call.Say(MemberRow.Of(target), $"{target.Name} ({StoreCall.Id(target.ID)}) leads.");
            return ExitCode.Ok;
        });
    }

    /// <summary>Only the leader can give its role away.</summary>
    private static async Task<Uri> LeaderAsync(StoreCall call, CancellationToken cancel)
    {
        var status = await call.Client.AnyAsync(EtcdMethods.Status, new StatusRequest(), cancel);
        var members = await call.Client.AnyAsync(EtcdMethods.MemberList, new MemberListRequest(), cancel);
        var url = members.Members.FirstOrDefault(member => member.ID == status.Leader)?.ClientURLs.FirstOrDefault();
        return url is not null
            ? new Uri(url)
            : throw new CommandException(
                ExitCode.Unreachable, "no leader is known: most members have to run ('divvy store status')");
    }
}
