using System.Text;
using Divvy.Rpc.Etcd;
using Divvy.Store.Tests.Conformance;
using Google.Protobuf;

namespace Divvy.Store.Tests.Differential;

/// <summary>A watch on a stream of its own that is read when it must have heard everything: a key in its range is put
/// and deleted, and it is read until that is heard. What it heard is then the same on every server, however the events
/// were spread over messages.</summary>
internal sealed class SettledWatch(Api api, WatchClient client, WatchCreateRequest request) : IAsyncDisposable
{
    private static readonly ByteString smallestKey = ByteString.CopyFrom(0);

    /// <summary>Neither refused nor canceled.</summary>
    public bool IsOpen { get; private set; }

    private ByteString Key => request.Key.IsEmpty ? smallestKey : request.Key;

    private bool HearsDeletions => !request.Filters.Contains(WatchCreateRequest.Types.FilterType.Nodelete);

    /// <summary>Creates the watch; one of the past hears it all at once.</summary>
    public async Task<string> CreateAsync()
    {
        var created = await client.CreateAsync(request);
        IsOpen = !created.Canceled;
        var text = JsonFormatter.Default.Format(created) + "; ";
        return IsOpen && request.StartRevision > 0 ? text + await SettleAsync() : text;
    }

    /// <summary>Everything heard since the last time.</summary>
    public async Task<string> SettleAsync()
    {
        if (!IsOpen)
            return "";
        long last;
        do
        {
            last = (await api.PutAsync(new PutRequest { Key = Key, Value = ByteString.CopyFromUtf8("mark") }))
                .Header.Revision;
            var deleted = await api.DeleteAsync(new DeleteRangeRequest { Key = Key });
            if (HearsDeletions)
                last = deleted.Header.Revision;
        }
        while (last < request.StartRevision);
        return await ReadToAsync(last);
    }

    public async Task<string> CancelAsync()
    {
        var heard = await SettleAsync();
        if (!IsOpen)
            return heard;
        await client.CancelAsync(request.WatchId);
        var canceled = await client.ReadAsync("the answer to a cancel");
        return $"{heard}canceled {canceled.Canceled} {canceled.WatchId} {canceled.CompactRevision} "
            + $"'{canceled.CancelReason}'; ";
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private async Task<string> ReadToAsync(long revision)
    {
        var heard = new StringBuilder();
        while (true)
        {
            var message = await client.ReadAsync($"revision {revision} of {request}");
            foreach (var change in message.Events)
            {
                heard.Append(JsonFormatter.Default.Format(change)).Append("; ");
                if (change.Kv.ModRevision == revision)
                    return heard.ToString();
            }
            if (!message.Canceled)
                continue;
            IsOpen = false;
            return heard.Append($"canceled {message.CompactRevision} '{message.CancelReason}'; ").ToString();
        }
    }
}
