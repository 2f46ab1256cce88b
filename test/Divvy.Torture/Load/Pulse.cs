using System.Globalization;
using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Torture.Members;

namespace Divvy.Torture.Load;

/// <summary>One key that counts up while every member is asked for it: a linearizable read that begins after a number was
/// acknowledged must not show a smaller one. Finds a member that answers from the past, as after a pause that cost it its
/// leadership (etcd's issue 20418).</summary>
public sealed class Pulse(RecordedClient client, Cluster cluster, CallRecorder calls, Ledger ledger, string key)
{
    private long acknowledged;

    public Task RunAsync(CancellationToken stop, CancellationToken abort) => Task.WhenAll(
        cluster.Members.Select(member => ReadAsync(member, stop, abort)).Append(CountAsync(stop, abort)));

    private async Task CountAsync(CancellationToken stop, CancellationToken abort)
    {
        for (var number = 1L; !stop.IsCancellationRequested; number++)
        {
            var value = Text(number);

            // Guarded, so that a number that was given up cannot come late and turn the count back.
            var guard = acknowledged == 0 ? KeyCompare.Missing(key) : KeyCompare.ValueOf(key, CompareResult.Less, value);
            var outcome = Outcome.Unknown;
            var revision = 0L;
            try
            {
                var result = await client.RunAsync<TxnResponse>(
                    new TxnRequest([guard], [new PutRequest(key, value)], []), abort);
                (outcome, revision) = (result.Succeeded ? Outcome.Acknowledged : Outcome.Refused, result.Revision);
            }
            catch (EtcdException failure) when (!failure.OutcomeUnknown)
            {
                outcome = Outcome.Refused;
            }
            catch (Exception failure) when (failure is EtcdException or OperationCanceledException)
            {
                // It may have been done: the next number goes on from wherever this led.
            }

            ledger.Add(new Attempt(key, value, outcome, outcome == Outcome.Acknowledged ? revision : 0));
            if (outcome == Outcome.Acknowledged)
                Volatile.Write(ref acknowledged, number);
            else if (outcome == Outcome.Unknown)
                await Patience.PauseAsync(stop);
        }
    }

    private async Task ReadAsync(Member member, CancellationToken stop, CancellationToken abort)
    {
        var reader = new RecordedClient(member.Client, calls);
        while (!stop.IsCancellationRequested)
        {
            var floor = Volatile.Read(ref acknowledged);
            try
            {
                var read = await reader.RunAsync<RangeResponse>(new RangeRequest(new KeyRange(key)), abort);
                ledger.AddRead(read.Revision);
                var seen = read.Records is [var kv] ? long.Parse(kv.Value, CultureInfo.InvariantCulture) : 0;
                if (seen < floor)
                    ledger.AddViolation($"{member.Name} answers a linearizable read with {seen} after {floor} was acknowledged");
                await Task.Delay(1, abort);
            }
            catch (Exception failure) when (failure is EtcdException or OperationCanceledException)
            {
                // A read that fails says nothing.
            }
        }
    }

    private static string Text(long number) => number.ToString("D12", CultureInfo.InvariantCulture);
}
