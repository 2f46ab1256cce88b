using Divvy.Histories.KeyValue;
using Divvy.Histories.Linearizability;

namespace Divvy.Histories.Tests.KeyValue;

/// <summary>A history by hand, one operation after the other.</summary>
internal sealed class HistoryWriter
{
    private readonly OperationRecorder<KeyValueRequest, KeyValueResponse> recorder = new();

    public EventLog Log { get; } = new();

    public HistoryWriter Put(int client, string key, string value, long revision) =>
        Add(client, new PutRequest(key, value), new PutResponse(revision));

    public HistoryWriter Get(int client, string key, KeyRecord? record, long revision) => Add(
        client,
        new RangeRequest(new KeyRange(key)),
        new RangeResponse(revision, record is null ? [] : [record], record is null ? 0 : 1));

    public HistoryWriter Add(int client, KeyValueRequest request, KeyValueResponse response)
    {
        recorder.Complete(recorder.Invoke(client, request, TimeSpan.Zero), response, TimeSpan.Zero);
        return this;
    }

    public HistoryWriter Lost(int client, KeyValueRequest request)
    {
        recorder.Invoke(client, request, TimeSpan.Zero);
        return this;
    }

    public KeyRecord Record(string key, string value, long created, long modified, long version) =>
        new(key, value, created, modified, version);

    public KeyValueVerdict Check() => KeyValueChecker.Check(recorder.Operations, Log.Last >= Log.First ? Log : null);
}
