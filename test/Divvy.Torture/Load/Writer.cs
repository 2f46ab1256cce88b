using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;

namespace Divvy.Torture.Load;

/// <summary>One client that owns its keys, so that it knows exactly what they hold: it puts unique values, deletes, writes two
/// keys in one transaction, hangs keys on leases and revokes them, and reads. After an answer that never came it goes on with a
/// new key: a late write can then not be taken for a lost one. Whatever it reads must be what it wrote last.</summary>
public sealed class Writer(RecordedClient client, Ledger ledger, string prefix, int seed)
{
    /// <summary>Leases outlive every outage of a run, so that a key only goes with a revocation.</summary>
    private static readonly TimeSpan leaseTtl = TimeSpan.FromHours(1);

    private readonly Random random = new(seed);
    private string key = "";
    private string? value;
    private long modRevision;
    private long lease;
    private int keys;
    private CancellationToken stopping;
    private int values;

    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        stopping = stop;
        NextKey();
        while (!stop.IsCancellationRequested)
            await StepAsync(abort);
    }

    private Task StepAsync(CancellationToken abort) => random.Next(100) switch
    {
        < 55 => PutAsync(abort),
        < 70 => TxnAsync(abort),
        < 85 => ReadAsync(abort),
        < 92 => DeleteAsync(abort),
        _ => LeaseAsync(abort),
    };

    private async Task PutAsync(CancellationToken abort)
    {
        var next = NextValue();
        var outcome = await TryAsync(
            [(key, next, 0)], async () => (await client.RunAsync<PutResponse>(new PutRequest(key, next), abort)).Revision);
        if (outcome is { } revision)
            (value, modRevision, lease) = (next, revision, 0);
    }

    /// <summary>Nobody else writes the keys, so the compare must hold: a refusal is a lost or a repeated write.</summary>
    private async Task TxnAsync(CancellationToken abort)
    {
        var next = NextValue();
        var twin = $"{key}/twin";
        var condition = KeyCompare.ModRevision(key, CompareResult.Equal, value is null ? 0 : modRevision);
        var txn = new TxnRequest([condition], [new PutRequest(key, next), new PutRequest(twin, next + "t")], []);
        var held = true;
        var outcome = await TryAsync([(key, next, 0), (twin, next + "t", 0)], async () =>
        {
            var result = await client.RunAsync<TxnResponse>(txn, abort);
            held = result.Succeeded;
            return result.Revision;
        });
        if (outcome is not { } revision)
            return;
        if (held)
            (value, modRevision, lease) = (next, revision, 0);
        else
            ledger.AddViolation($"{key} was last written at revision {modRevision}, says its writer; a compare denies it");
    }

    private async Task ReadAsync(CancellationToken abort)
    {
        try
        {
            var result = await client.RunAsync<RangeResponse>(new RangeRequest(new KeyRange(key)), abort);
            ledger.AddRead(result.Revision);
            var held = result.Records.FirstOrDefault();
            var seen = held?.Value;
            if (seen != value || (held is not null && held.ModRevision != modRevision))
            {
                ledger.AddViolation($"{key} holds '{value}' of revision {modRevision}, says its writer; a linearizable"
                    + $" read at revision {result.Revision} gave '{seen}' of {held?.ModRevision}");
            }
        }
        catch (Exception failure) when (failure is EtcdException or OperationCanceledException)
        {
            // A read that fails says nothing.
        }
    }

    private async Task DeleteAsync(CancellationToken abort)
    {
        if (value is null)
            return;
        var deleted = 0L;
        var outcome = await TryAsync([(key, null, 0)], async () =>
        {
            var result = await client.RunAsync<DeleteResponse>(new DeleteRequest(new KeyRange(key)), abort);
            deleted = result.Deleted;
            return result.Revision;
        });
        if (outcome is null)
            return;
        if (deleted != 1)
            ledger.AddViolation($"{key} holds '{value}', says its writer; its delete found {deleted} keys");
        (value, lease) = (null, 0);
    }

    /// <summary>Hangs the key on a lease, or revokes the lease it hangs on.</summary>
    private async Task LeaseAsync(CancellationToken abort)
    {
        if (lease != 0)
        {
            var revoked = await TryAsync([(key, null, lease)], async () =>
            {
                await client.RunAsync<RevokeResponse>(new RevokeRequest(lease), abort);
                return 0;
            });
            if (revoked is not null)
                (value, lease) = (null, 0);
            return;
        }

        var granted = await GrantAsync(abort);
        if (granted == 0)
            return;
        var next = NextValue();
        var outcome = await TryAsync(
            [(key, next, granted)],
            async () => (await client.RunAsync<PutResponse>(new PutRequest(key, next, granted), abort)).Revision);
        if (outcome is { } revision)
            (value, modRevision, lease) = (next, revision, granted);
    }

    private async Task<long> GrantAsync(CancellationToken abort)
    {
        try
        {
            return (await client.Inner.GrantAsync(leaseTtl, random.NextInt64(1, long.MaxValue), abort)).Id;
        }
        catch (Exception failure) when (failure is EtcdException or OperationCanceledException)
        {
            return 0;
        }
    }

    /// <summary>Runs a write and books what became of it. The revision when it is acknowledged, else null.</summary>
    private async Task<long?> TryAsync(IReadOnlyList<(string Key, string? Value, long Lease)> writes, Func<Task<long>> call)
    {
        Outcome outcome;
        var revision = 0L;
        try
        {
            revision = await call();
            outcome = Outcome.Acknowledged;
        }
        catch (EtcdException failure) when (!failure.OutcomeUnknown)
        {
            outcome = Outcome.Refused;
        }
        catch (Exception failure) when (failure is EtcdException or OperationCanceledException)
        {
            outcome = Outcome.Unknown;
        }

        foreach (var write in writes)
            ledger.Add(new Attempt(write.Key, write.Value, outcome, revision, write.Lease));
        if (outcome == Outcome.Unknown)
        {
            NextKey();
            await Patience.PauseAsync(stopping);
        }

        return outcome == Outcome.Acknowledged ? revision : null;
    }

    private void NextKey() => (key, value, modRevision, lease) = ($"{prefix}/{++keys}", null, 0, 0);

    private string NextValue() => $"{prefix}={++values}";
}
