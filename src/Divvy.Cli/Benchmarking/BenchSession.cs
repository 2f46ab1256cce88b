using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Benchmarking.Http2;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Output;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Cli.Benchmarking;

/// <summary>The connections of one benchmark, logged in, and what is asked of the servers around the load.</summary>
internal sealed class BenchSession : IAsyncDisposable
{
    private readonly ChannelDialer dialer;

    private BenchSession(BenchSettings settings, ChannelDialer dialer, IReadOnlyList<ChannelSlot> slots)
    {
        Settings = settings;
        this.dialer = dialer;
        Slots = slots;
    }

    public BenchSettings Settings { get; }

    public IReadOnlyList<ChannelSlot> Slots { get; }

    /// <summary>The endpoints that are connected to: those given, or the leader's.</summary>
    public IReadOnlyList<Uri> Endpoints => Settings.Endpoints;

    /// <summary>A connection for calls around the load.</summary>
    public CallChannel Any => Slots[0].Channel;

    /// <exception cref="CommandException">An endpoint cannot be reached, or refuses the user.</exception>
    public static async Task<BenchSession> OpenAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            settings = await LogInAsync(settings, cancellationToken);
            if (settings.TargetsLeader)
                settings = settings with { Endpoints = await LeaderAsync(settings, cancellationToken) };
            return await ConnectAsync(settings, cancellationToken);
        }
        catch (IOException failure)
        {
            throw new CommandException(ExitCode.Unreachable, $"cannot connect to {failure.Message}", failure);
        }
        catch (RpcException failure)
        {
            var code = failure.Code == RpcStatusCode.Unavailable ? ExitCode.Unreachable : ExitCode.Usage;
            throw new CommandException(code, failure.Detail, failure);
        }
    }

    public ChannelSlot SlotOf(int client) => Slots[client % Slots.Count];

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in Slots)
            await slot.DisposeAsync();
        dialer.Dispose();
    }

    /// <summary>A connection of its own to one endpoint; the caller disposes it.</summary>
    public Task<CallChannel> DialAsync(Uri endpoint, CancellationToken cancellationToken) =>
        dialer.DialAsync(endpoint, cancellationToken);

    private static async Task<BenchSession> ConnectAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        var dialer = new ChannelDialer(settings.Channels);
        var slots = new List<ChannelSlot>();
        try
        {
            for (var i = 0; i < settings.Connections; i++)
            {
                var endpoint = settings.Endpoints[i % settings.Endpoints.Count];
                slots.Add(await ChannelSlot.DialAsync(dialer, endpoint, cancellationToken));
            }

            return new BenchSession(settings, dialer, slots);
        }
        catch
        {
            foreach (var slot in slots)
                await slot.DisposeAsync();
            dialer.Dispose();
            throw;
        }
    }

    private static async Task<BenchSettings> LogInAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        if (settings.User is not { } user)
            return settings;
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        using var dialer = new ChannelDialer(settings.Channels);
        await using var channel = await dialer.DialAsync(settings.Endpoints[0], cancellationToken);
        var request = new AuthenticateRequest { Name = user[..colon], Password = user[(colon + 1)..] };
        var answer = await UnaryCall.MakeAsync(channel, EtcdMethods.Authenticate, request, cancellationToken);
        return settings with
        {
            Channels = settings.Channels with { Metadata = [new HeaderField("token", answer.Token)] },
        };
    }

    private static async Task<IReadOnlyList<Uri>> LeaderAsync(
        BenchSettings settings, CancellationToken cancellationToken)
    {
        using var dialer = new ChannelDialer(settings.Channels);
        await using var channel = await dialer.DialAsync(settings.Endpoints[0], cancellationToken);
        var members = await UnaryCall.MakeAsync(channel, EtcdMethods.MemberList, new(), cancellationToken);
        var status = await UnaryCall.MakeAsync(channel, EtcdMethods.Status, new(), cancellationToken);
        var leader = members.Members.FirstOrDefault(member => member.ID == status.Leader)
            ?? throw new CommandException(
                ExitCode.Unreachable, $"{channel.Target} knows no leader; without --target-leader any member will do");
        return [.. leader.ClientURLs.Select(url => new Uri(url))];
    }
}
