using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;

namespace Divvy.Torture.Load;

/// <summary>A client whose every call is on record, with what became of it. One call at a time.</summary>
public sealed class RecordedClient(EtcdClient client, CallRecorder calls)
{
    private readonly int id = calls.NextClient();

    /// <summary>For what is not part of the key-value history: leases, watches.</summary>
    public EtcdClient Inner => client;

    /// <summary>Asks the store and records it. Failures pass through: an <see cref="EtcdException"/> whose outcome is known was a
    /// refusal, any other leaves a write unknown.</summary>
    public async Task<TResponse> RunAsync<TResponse>(KeyValueRequest request, CancellationToken cancellationToken)
        where TResponse : KeyValueResponse
    {
        var record = calls.Current;
        var call = record.Invoke(id, request, calls.Now);
        try
        {
            var response = await StoreCalls.SendAsync(client, request, cancellationToken);
            record.Complete(call, response, calls.Now);
            return (TResponse)response;
        }
        catch (Exception failure) when (request is RangeRequest || failure is EtcdException { OutcomeUnknown: false })
        {
            // A read without an answer did nothing either.
            record.Refuse(call);
            throw;
        }
    }
}
