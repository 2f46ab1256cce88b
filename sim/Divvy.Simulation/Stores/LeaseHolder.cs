using System.Text;
using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>Has a lease for a while, with a key on it that nobody else touches: renews it, and then revokes it or lets
/// it end. As long as it was promised to live, its key is there; afterwards it goes.</summary>
/// <param name="run">The run.</param>
/// <param name="client">What it calls by.</param>
/// <param name="process">Whose process that is in.</param>
/// <param name="random">Its dice.</param>
/// <param name="writeAsync">Makes a call that goes on record.</param>
internal sealed class LeaseHolder(
    StoreRun run,
    EtcdClient client,
    SimProcess process,
    SimRandom random,
    Func<KeyValueRequest, Func<Task<KeyValueResponse>>, Task<KeyValueResponse?>> writeAsync)
{
    public async Task RunAsync()
    {
        var ttl = TimeSpan.FromSeconds(random.Between(1, 4));
        var asked = run.World.Now;
        LeaseGrant grant;
        try
        {
            grant = await client.GrantAsync(ttl).ConfigureAwait(false);
        }
        catch (EtcdException)
        {
            return;
        }

        var key = $"lease/{grant.Id:x}";
        run.Leases.ObserveGranted(grant.Id, grant.Ttl, asked, run.World.Now);
        run.Report.Count("leases");
        // Its end is nobody's call, and may come at any time from now on as far as the order of things goes; that it
        // does not come too early is another check's business.
        run.History.Calls.Invoke(0, new RevokeRequest(grant.Id), run.World.Now);
        await writeAsync(
            new PutRequest(key, "held", grant.Id),
            async () => new PutResponse(await client.PutAsync(key, Encoding.UTF8.GetBytes("held"), grant.Id)
                .ConfigureAwait(false))).ConfigureAwait(false);
        for (var renewals = random.Below(6); renewals > 0 && !run.IsOver; renewals--)
        {
            await Task.Delay(grant.Ttl / 3, process.Clock).ConfigureAwait(false);
            if (!await RenewAsync(grant).ConfigureAwait(false))
                return;
        }

        if (random.Chance(0.5))
            await RevokeAsync(grant.Id).ConfigureAwait(false);
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
        return writeAsync(new RevokeRequest(lease), async () =>
        {
            await client.RevokeAsync(lease).ConfigureAwait(false);
            return new RevokeResponse(0);
        });
    }
}
