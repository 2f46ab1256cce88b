using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Cli.StoreAdmin;

/// <summary><c>divvy store alarms</c>.</summary>
internal static class AlarmCommand
{
    public static Command Create(StoreVerb verb) => new("alarms", "What keeps the store from working as usual.")
    {
        Of(verb, "list", "All alarms.", AlarmRequest.Types.AlarmAction.Get),
        Of(
            verb,
            "disarm",
            "End all alarms, once what raised them is mended.",
            AlarmRequest.Types.AlarmAction.Deactivate),
    };

    private static Command Of(
        StoreVerb verb, string name, string description, AlarmRequest.Types.AlarmAction action) =>
        verb.Running(name, description, [], async (call, cancel) =>
        {
            var answer = await call.Client.AnyAsync(EtcdMethods.Alarm, new AlarmRequest { Action = action }, cancel);
            call.Show(
                [.. answer.Alarms.Select(alarm => new AlarmRow(StoreCall.Id(alarm.MemberID), NameOf(alarm.Alarm)))],
                ["MEMBER", "ALARM"],
                row => [row.Member, row.Alarm]);
            return ExitCode.Ok;
        });

    private static string NameOf(AlarmType alarm) => alarm switch
    {
        AlarmType.Nospace => "NOSPACE",
        AlarmType.Corrupt => "CORRUPT",
        _ => "NONE",
    };

    private sealed record AlarmRow(string Member, string Alarm);
}
