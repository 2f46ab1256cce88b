using System.CommandLine;
using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Cli.StoreAdmin;

/// <summary><c>divvy store members</c>.</summary>
internal static class MemberCommand
{
    public static Command Create(StoreVerb verb) => new("members", "Who belongs to the cluster.")
    {
        List(verb), Add(verb), Remove(verb), Promote(verb), Update(verb),
    };

    /// <summary>Finds a member by its id or its name.
    /// <exception cref="CommandException">There is none, or there are two.</exception></summary>
    public static async Task<Member> FindAsync(StoreCall call, string text, CancellationToken cancel)
    {
        var all = (await call.Client.AnyAsync(EtcdMethods.MemberList, new MemberListRequest(), cancel)).Members;
        var isId = ulong.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id);
        var found = all.Where(member => member.Name == text).ToList();
        if (found.Count == 0 && isId)
            found = [.. all.Where(member => member.ID == id)];
        return found.Count == 1
            ? found[0]
            : throw new CommandException(
                ExitCode.NotFound,
                $"{(found.Count == 0 ? "no member" : "more than one member")} is called '{text}'; there are "
                    + string.Join(", ", all.Select(member => $"{StoreCall.Id(member.ID)} ({member.Name})")));
    }

    private static Command List(StoreVerb verb) => verb.Running("list", "All members.", [], async (call, cancel) =>
    {
        var answer = await call.Client.AnyAsync(EtcdMethods.MemberList, new MemberListRequest(), cancel);
        Show(call, answer.Members);
        return ExitCode.Ok;
    });

    private static Command Add(StoreVerb verb)
    {
        var urls = UrlArgument();
        var learner = new Option<bool>("--learner")
        {
            Description = "Without a vote, until it is promoted: the cluster does not wait for it to catch up.",
        };
        return verb.Running(
            "add", "Make room for a new member. Start it afterwards, with --join.", [urls, learner],
            async (call, cancel) =>
            {
                var request = new MemberAddRequest { IsLearner = call.Parsed.GetValue(learner) };
                request.PeerURLs.Add(Texts(call, urls));
                var answer = await call.Client.AnyAsync(EtcdMethods.MemberAdd, request, cancel);
                var others = answer.Members.Where(member => member.ID != answer.Member.ID)
                    .SelectMany(member => member.PeerURLs);
                call.Say(
                    MemberRow.Of(answer.Member),
                    $"Added {StoreCall.Id(answer.Member.ID)}. Start it: divvy server --name NAME --data-dir DIR"
                        + $" --peer-url {string.Join(',', answer.Member.PeerURLs)} --join {string.Join(',', others)}");
                return ExitCode.Ok;
            });
    }

    private static Command Remove(StoreVerb verb)
    {
        var member = MemberArgument();
        return verb.Running("remove", "Take a member out of the cluster, for good.", [member], async (call, cancel) =>
        {
            var found = await FindAsync(call, call.Parsed.GetRequiredValue(member), cancel);
            var request = new MemberRemoveRequest { ID = found.ID };
            await call.Client.AnyAsync(EtcdMethods.MemberRemove, request, cancel);
            call.Say(
                MemberRow.Of(found),
                $"Removed {StoreCall.Id(found.ID)} ({found.Name}). To come back it has to be added again, and to begin"
                    + " with an empty folder.");
            return ExitCode.Ok;
        });
    }

    private static Command Promote(StoreVerb verb)
    {
        var member = MemberArgument();
        return verb.Running("promote", "Give a learner that has caught up a vote.", [member], async (call, cancel) =>
        {
            var found = await FindAsync(call, call.Parsed.GetRequiredValue(member), cancel);
            var request = new MemberPromoteRequest { ID = found.ID };
            var answer = await call.Client.AnyAsync(EtcdMethods.MemberPromote, request, cancel);
            Show(call, answer.Members);
            return ExitCode.Ok;
        });
    }

    private static Command Update(StoreVerb verb)
    {
        var member = MemberArgument();
        var urls = UrlArgument();
        return verb.Running(
            "update", "Tell the others new peer URLs of a member.", [member, urls], async (call, cancel) =>
            {
                var found = await FindAsync(call, call.Parsed.GetRequiredValue(member), cancel);
                var request = new MemberUpdateRequest { ID = found.ID };
                request.PeerURLs.Add(Texts(call, urls));
                var answer = await call.Client.AnyAsync(EtcdMethods.MemberUpdate, request, cancel);
                Show(call, answer.Members);
                return ExitCode.Ok;
            });
    }

    private static void Show(StoreCall call, IEnumerable<Member> members) =>
        call.Show([.. members.Select(MemberRow.Of)], MemberRow.Header, row => row.Cells());

    private static IEnumerable<string> Texts(StoreCall call, Argument<IReadOnlyList<PeerUrl>?> urls) =>
        call.Parsed.GetRequiredValue(urls)!.Select(url => url.Text);

    private static Argument<string> MemberArgument() => new("MEMBER") { Description = "Its id or its name." };

    private static Argument<IReadOnlyList<PeerUrl>?> UrlArgument() => new("URL[,URL]")
    {
        Description = "Where the other members reach it.",
        CustomParser = result =>
        {
            if (PeerUrl.TryParseAll(result.Tokens[0].Value, out var urls, out var error))
                return urls;
            result.AddError(error);
            return null;
        },
    };
}
