using System.Text;
using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>Has a lease for a while, with a key on it that nobody else touches, and perhaps one that all clients
/// share: renews it, and then revokes it, lets it end, or comes late with the next renewal. As long as it was promised
/// to live, its key is there; afterwards it goes, and the shared one with it only if it still hangs there.</summary>
/// <param name="run">The run.</param>
/// <param name="client">What it calls by.</param>
/// <param name="process">Whose process that is in.</param>
/// <param name="random">Its dice.</param>
/// <param name="calls">Where its calls go on record.</param>
internal sealed class LeaseHolder(
    StoreRun run, EtcdClient client, SimProcess process, SimRandom random, StoreCalls calls)
{
    private enum Farewell
    {
        None,
        Revoke,
        LateRenewal,
    }

    /// <summary>Renews so many times, unless the lease ends before.</summary>
    public async Task RunAsync(int renewals)
    {
        if (await GrantAsync().ConfigureAwait(false) is not { } grant)
            return;
        await PutAsync($"lease/{grant.Id:x}", grant.Id).ConfigureAwait(false);
        var shared = random.Chance(0.5) ? $"k{random.Below(run.Shape.Keys)}" : null;
        if (shared is not null)
            await PutAsync(shared, grant.Id).ConfigureAwait(false);
        for (; renewals > 0 && !run.IsOver; renewals--)
        {
            await Task.Delay(grant.Ttl / 3, process.Clock).ConfigureAwait(false);
            if (!await RenewAsync(grant).ConfigureAwait(false))
                return;
            if (shared is not null && random.Chance(0.3))
                await PutAsync(shared, random.Pick([0, grant.Id])).ConfigureAwait(false);
        }

        switch (random.Pick([Farewell.None, Farewell.Revoke, Farewell.LateRenewal]))
        {
            case Farewell.Revoke:
                await RevokeAsync(grant.Id).ConfigureAwait(false);
                break;
            case Farewell.LateRenewal:
                await RenewLateAsync(grant).ConfigureAwait(false);
                break;
        }
    }

    private async Task<LeaseGrant?> GrantAsync()
    {
        var ttl = TimeSpan.FromSeconds(random.Pick([1, 2, 3, 4, 8]));
        var asked = run.World.Now;
        try
        {
            var grant = await client.GrantAsync(ttl).ConfigureAwait(false);
            run.Leases.ObserveGranted(grant.Id, grant.Ttl, asked, run.World.Now);
            run.Report.Count("leases");
            // Its end is nobody's call, and may come at any time from now on as far as the order of things goes; that
            // it does not come too early is another check's business.
            run.History.Calls.Invoke(0, new RevokeRequest(grant.Id), run.World.Now);
            return grant;
        }
        catch (EtcdException)
        {
            return null;
        }
    }

    private Task PutAsync(string key, long lease) => calls.WriteAsync(
        new PutRequest(key, "held", lease),
        async () => new PutResponse(await client.PutAsync(key, Encoding.UTF8.GetBytes("held"), lease)
            .ConfigureAwait(false)));

    /// <summary>Asks around the instant at which the lease ends, until it is refused: between the leader's look at its
    /// clock and the end in the log no renewal may be confirmed.</summary>
    private async Task RenewLateAsync(LeaseGrant grant)
    {
        var step = TimeSpan.FromMilliseconds(random.Pick([1, 2, 5]));
        await Task.Delay(grant.Ttl - random.Between(TimeSpan.Zero, step), process.Clock).ConfigureAwait(false);
        for (var tries = 0; tries < 30 && !run.IsHealed && await RenewAsync(grant).ConfigureAwait(false); tries++)
            await Task.Delay(random.Chance(0.2) ? grant.Ttl - step : step, process.Clock).ConfigureAwait(false);
    }

    /// <summary>False: the lease is gone, or nobody knows.</summary>
    private async Task<bool> RenewAsync(LeaseGrant grant)
    {
        var asked = run.World.Now;
        try
        {
            var left = await client.KeepAliveOnceAsync(grant.Id).ConfigureAwait(false);
            if (left is not null)
                run.Leases.ObserveRenewed(grant.Id, asked, run.World.Now);
            else
                run.Leases.ObserveEnded(grant.Id, 0, run.World.Now);
            run.Report.Count("lease renewals");
            return left is not null;
        }
        catch (EtcdException)
        {
            run.Leases.ObserveRenewalLost(grant.Id, run.World.Now);
            return false;
        }
    }

    private Task RevokeAsync(long lease)
    {
        run.Leases.ObserveRevoke(lease, run.World.Now);
        return calls.WriteAsync(new RevokeRequest(lease), async () =>
        {
            await client.RevokeAsync(lease).ConfigureAwait(false);
            return new RevokeResponse(0);
        });
    }
}
